"""CSV and JSON lines: every row is read or reported, none is lost with another."""

import gzip
import io
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.sources import nobody, take_text

from panel.batch.intake.entries import MOST_LINE, BadRow, Entry, Torn
from panel.batch.intake.field_map import NAMING, VOCABULARY, columns_of
from panel.batch.intake.formats.csv_rows import MOST_ROW_LINES, read_csv
from panel.batch.intake.formats.json_rows import read_jsonl
from panel.batch.intake.read_sources import AT_ONCE, read_announcements
from panel.batch.intake.source_spec import FeedTable, SourceSpec
from panel.errors import Mistake

FIELD_OF = columns_of(FeedTable())
HOSTILE = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
async def test_a_table_with_usual_columns_needs_no_mapping(tmp_path: Path, delimiter: str) -> None:
    rows = [["Product Name", "Website", "Launch Date", "Version"], ["Lamp, Oil; Co|", "acme.dev", "23.11.2026", "2.10"]]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    (lamp,) = (await take_text(tmp_path, text)).good
    assert (lamp.name, lamp.homepage, lamp.release) == ("Lamp, Oil; Co|", "https://acme.dev", "2.10")
    assert lamp.launched_at == date(2026, 11, 23)
    assert [(seen.where, seen.url) for seen in lamp.seen_at] == [("today", "https://acme.dev")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
async def test_a_name_survives_whatever_encoding_a_spreadsheet_wrote(tmp_path: Path, encoding: str) -> None:
    taken = await take_text(tmp_path, "name,url\nCafé Böhm,cafe.dev\n".encode(encoding))
    assert [row.name for row in taken.good] == ["Café Böhm"]


async def test_bad_rows_are_named_by_line_and_reason_and_the_rest_go_on(tmp_path: Path) -> None:
    text = (
        "name,url,date\nLamp,lamp.dev,2026-11-23\n,,\nBulb,javascript:alert(1),\nonly two,columns\n"
        "N\0l,nul.dev,\nWick,wick.dev,11/12/2026\n" + "x" * 1001 + ",long.dev,\n"
    )
    taken = await take_text(tmp_path, text)
    assert [row.name for row in taken.good] == ["Lamp", "Bulb", "Wick"]
    assert taken.bad == [
        ("line 5", "It has 2 columns and the first row 3."),
        ("line 6", "It holds NUL bytes."),
        ("line 8", "Its name is 1,001 characters long."),
    ]


async def test_a_date_nobody_can_read_costs_the_date_and_is_said(tmp_path: Path) -> None:
    taken = await take_text(tmp_path, "name,url,date\nWick,wick.dev,11/12/2026\n")
    assert taken.good[0].launched_at is None
    assert taken.notes == [("line 2", "Its date '11/12/2026' can't be read; it goes on without one.")]


@pytest.mark.parametrize("where", ['"Bulb,b.dev,', 'Bulb,b.dev,"', 'Bulb,"b.dev,'])
async def test_an_open_quote_costs_its_own_row_and_no_other(tmp_path: Path, where: str) -> None:
    after = "".join(f"Lamp {n},lamp{n}.dev,\n" for n in range(MOST_ROW_LINES * 3))
    taken = await take_text(tmp_path, f"name,url,note\nFirst,f.dev,\n{where}\n{after}")
    assert len(taken.good) == MOST_ROW_LINES * 3 + 1
    assert [at for at, _ in taken.bad] == ["line 3"]


async def test_a_quote_within_a_quoted_cell_is_a_bad_row(tmp_path: Path) -> None:
    text = 'name,url,tagline\nLampe,lampe.dev,"Sie sagte "Licht" und ging"\n"Feder ""2""",feder.dev,5" wide\n'
    taken = await take_text(tmp_path, text)
    assert [(row.name, row.tagline) for row in taken.good] == [('Feder "2"', '5" wide')]
    ((at, reason),) = taken.bad
    assert (at, "quote" in reason) == ("line 2", True)


async def test_blanks_around_a_quoted_cell_are_none_of_its_own(tmp_path: Path) -> None:
    rows = (
        '"name" , "tagline" ,url',
        '"Lamp" , "Light, and ""more"", of it" ,l.dev',
        '"Bulb", "a" ,"b.dev" ',
        'Wick, "w" is, w.dev',
        '"Oil" x,"o",o.dev',
    )
    taken = await take_text(tmp_path, "\n".join(rows))
    said = [("Lamp", 'Light, and "more", of it'), ("Bulb", "a"), ("Wick", '"w" is')]
    assert [(row.name, row.tagline) for row in taken.good] == said
    assert [row.homepage for row in taken.good] == ["https://l.dev", "https://b.dev", "https://w.dev"]
    assert [at for at, _ in taken.bad] == ["line 5"]


@pytest.mark.parametrize("cell", ["iOS, Testing", "Mobile; testing; Web", "mobile / Testing", "#ios #testing"])
async def test_of_several_categories_in_one_cell_the_first_we_have_counts(tmp_path: Path, cell: str) -> None:
    (lamp,) = (await take_text(tmp_path, f'name,url,topics\nLamp,lamp.dev,"{cell}"\n')).good
    assert lamp.category == "testing"


@pytest.mark.parametrize("count", ["12", "1,204", "1.2k", "0", "3.5 K"])
async def test_a_count_of_comments_is_no_listing_and_no_note(tmp_path: Path, count: str) -> None:
    taken = await take_text(tmp_path, f'name,url,comments\nLamp,lamp.dev,"{count}"\n')
    assert [(row.listing, row.homepage) for row in taken.good] == [("", "https://lamp.dev")]
    assert taken.notes == []


async def test_an_open_quote_in_the_last_line_is_reported(tmp_path: Path) -> None:
    taken = await take_text(tmp_path, 'name,url\nLamp,l.dev\nBulb,"b.dev\n')
    assert ([row.name for row in taken.good], [at for at, _ in taken.bad]) == (["Lamp"], ["line 3"])


async def test_a_quoted_line_end_is_part_of_its_cell_and_lines_still_count(tmp_path: Path) -> None:
    taken = await take_text(tmp_path, 'name,url\n"Lamp\nof oil",l.dev\nBulb,ftp://b.dev\n', homepage="url")
    assert [row.name for row in taken.good] == ["Lamp of oil"]
    assert taken.bad[0][0] == "line 4"


async def test_a_table_whose_first_row_names_nothing_is_one_bad_source(tmp_path: Path) -> None:
    taken = await take_text(tmp_path, "Lamp,acme.dev\nBulb,bulb.dev\n")
    assert taken.good == []
    assert taken.bad[0][0] == ""
    assert "None of its columns is known to hold a name or an address: 'Lamp', 'acme.dev'." in taken.bad[0][1]


@pytest.mark.parametrize(
    ("first", "names"),
    [
        ("Rank,Tool Name,Tool Link", ("name", "homepage")),
        ("company_name,companyWebsite", ("name", "homepage")),
        ("PRODUCT-NAME,website/url", ("name", "homepage")),
        ("Produktname,Webseite", ("name", "homepage")),
        ("Nom du produit,Lien vers le site", ("name", "homepage")),
        ("Name of the app,URL of the app,Logo URL,Twitter link", ("name", "homepage")),
        ("Startup,Official site,Docs URL", ("name", "homepage")),
        ("Title,Comments URL,Price", ("name", "listing")),
        ("Categoría,Nombre de la herramienta,Sitio web oficial", ("name", "homepage")),
        ("Nome do produto,Descrição,Página", ("name", "homepage")),
        ("一级分类,网站名称,网址,图标URL", ("name", "homepage")),
        ("ツール名,公式サイト,バージョン", ("name", "homepage")),
    ],
)
async def test_a_column_is_known_by_what_its_name_is_made_of(
    tmp_path: Path, first: str, names: tuple[str, ...]
) -> None:
    cells = [f"https://{n}.example" for n in range(first.count(",") + 1)]
    cells[next(n for n, name in enumerate(first.split(",")) if FIELD_OF(name) == "name")] = "Lamp"
    (lamp,) = (await take_text(tmp_path, f"{first}\n{','.join(cells)}\n")).good
    place = next(n for n, name in enumerate(first.split(",")) if FIELD_OF(name) == names[1])
    assert (lamp.name, getattr(lamp, names[1])) == ("Lamp", cells[place])
    assert [FIELD_OF(name) for name in first.split(",")].count(names[1]) == 1


@pytest.mark.parametrize(
    "name",
    ["Logo URL", "Logo链接", "担当者名", "Data", "Contact name", "Your name", "Job title", "Programming language", "Category URL", "Updates", "", "Links"],
)  # fmt: skip
def test_a_name_with_a_word_nobody_knows_means_nothing(name: str) -> None:
    assert FIELD_OF(name) == ""


async def test_a_file_without_a_known_address_column_says_so_once(tmp_path: Path) -> None:
    taken = await take_text(tmp_path, "Name,Where\nLamp,lamp.dev\nBulb,bulb.dev\n")
    assert [row.homepage for row in taken.good] == ["", ""]
    assert taken.notes == [
        (
            "",
            "None of its columns is known to hold an address: 'Name', 'Where'. "
            "Name the columns, as `name` and `url`, or say which does in a [feeds.NAME] table: docs/feeds.md.",
        )
    ]


NAMELESS = {"player": "Ada", "team": "chw", "description": "A batter of the first rows of a made-up league."}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("scores.json", json.dumps({"all": {"players": 9}, "games": [NAMELESS] * 9})),
        ("scores.jsonl", f"{json.dumps(NAMELESS)}\n" * 300),
        ("notes.xml", f"<rss version='2.0'><channel>{'<item><description>A day</description></item>' * 9}</channel></rss>"),
    ],
)  # fmt: skip
async def test_rows_of_which_none_could_be_a_launch_are_one_bad_source(tmp_path: Path, name: str, text: str) -> None:
    taken = await take_text(tmp_path, text, name)
    ((at, reason),) = taken.bad
    assert (len(taken.rows), at, taken.notes) == (1, "", [])
    assert reason.startswith("None of its columns is known to hold a name or an address: ")


async def test_a_mapped_field_makes_rows_without_a_usual_name_launches(tmp_path: Path) -> None:
    taken = await take_text(tmp_path, json.dumps({"games": [NAMELESS] * 2}), "scores.json", name="player")
    assert [row.name for row in taken.good] == ["Ada", "Ada"]


@pytest.mark.parametrize(
    "above",
    ["sep=;\n", "Launches of November;;\n\n", "Tools;\n", "UTF-8\n", "Exported by;Ada\nOn;2026-11-24\n", '"A title\nof two lines"\n'],
)  # fmt: skip
async def test_what_stands_above_the_header_is_passed_over(tmp_path: Path, above: str) -> None:
    taken = await take_text(tmp_path, f"{above}Name;Website\nLamp;lamp.dev\nBulb;\nonly one\n")
    assert [(row.at, row.name) for row in taken.good] == [
        (f"line {above.count(chr(10)) + 2}", "Lamp"),
        (f"line {above.count(chr(10)) + 3}", "Bulb"),
    ]
    assert taken.bad == [(f"line {above.count(chr(10)) + 4}", "It has 1 columns and the first row 2.")]


async def test_a_header_may_go_over_lines_and_explain_itself(tmp_path: Path) -> None:
    text = 'When,"Name\n(as on your site)","Website (with https)"\n2026,Lamp,https://lamp.dev\n'
    (lamp,) = (await take_text(tmp_path, text)).good
    assert (lamp.at, lamp.name, lamp.homepage) == ("line 3", "Lamp", "https://lamp.dev")
    (mapped,) = (await take_text(tmp_path, text.replace("Website", "Where"), homepage="where")).good
    assert mapped.homepage == "https://lamp.dev"


async def test_of_two_columns_of_one_name_the_first_that_holds_something_counts(tmp_path: Path) -> None:
    taken = await take_text(tmp_path, "Name,URL,URL\nLamp,lamp.dev,other.dev\nBulb, ,bulb.dev\n")
    assert [row.homepage for row in taken.good] == ["https://lamp.dev", "https://bulb.dev"]


async def test_a_row_that_reads_like_a_header_is_a_row(tmp_path: Path) -> None:
    taken = await take_text(tmp_path, "Name,What\nLamp,light\nApp,Website\n")
    assert [row.name for row in taken.good] == ["Lamp", "App"]


async def test_rows_of_empty_cells_are_no_rows(tmp_path: Path) -> None:
    taken = await take_text(tmp_path, "Name,Website,Tagline\n,,\nLamp,lamp.dev,\n , ,\n,\n")
    assert [(row.at, row.name) for row in taken.good] == [("line 3", "Lamp")]
    assert taken.bad == []


async def test_a_cell_that_is_no_address_costs_the_address_and_not_the_row(tmp_path: Path) -> None:
    cells = ["N/A", "-", "tbd", "n.a.", "0", "v1.2", "tag:lamp.dev,2026:1", "javascript:alert(1)"]
    taken = await take_text(tmp_path, "Name\tWebsite\n" + "".join(f"Lamp\t{cell}\n" for cell in cells))
    assert [row.homepage for row in taken.good] == [""] * len(cells)
    assert [at for at, _ in taken.notes] == ["line 7", "line 8", "line 9"]
    mapped = await take_text(tmp_path, "Name,Website\nLamp,tbd\nBulb,ftp://b.dev\n", homepage="Website")
    assert [row.name for row in mapped.good] == ["Lamp"]
    assert mapped.bad == [("line 3", "Its homepage 'ftp://b.dev' is no http or https address.")]


@pytest.mark.parametrize("name", ["rows.csv", "rows.xml", "rows", "rows.jsonl"])
@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"PK\x03\x04\x14\0\0\0[Content_Types].xml..xl/workbook.xml,Name,Website", "It is an Excel workbook"),
        (b"PK\x03\x04..mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "It is an OpenDocument spreadsheet"),
        (b"PK\x03\x04\x14\0\0\0list.csv\nName,Website\nLamp,lamp.dev", "It is a ZIP archive"),
        (gzip.compress(b"Name,Website\nLamp,lamp.dev\n", mtime=0), "It is compressed"),
        (b"%PDF-1.7\nName,Website", "It is a PDF"),
        (b"SQLite format 3\0Name,Website", "It is an SQLite database"),
        (bytes(range(256)) * 4, "It is no text"),
    ],
)
async def test_bytes_that_are_no_table_are_called_what_they_are(
    tmp_path: Path, start: bytes, what: str, name: str
) -> None:
    for table in ({}, {"format": "csv"}):
        taken = await take_text(tmp_path, start, name, **table)
        assert len(taken.rows) == 1
        assert taken.bad[0][1].startswith(what)


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl", "rows.xml"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
async def test_utf_16_is_read_without_its_mark(tmp_path: Path, encoding: str, name: str) -> None:
    text = {
        "rows.csv": "Name,Website\nLämp,https://lamp.dev\n",
        "rows.jsonl": '{"name": "Lämp", "website": "https://lamp.dev"}\n',
        "rows.xml": "<rss><channel><item><title>Lämp</title><link>https://lamp.dev</link></item></channel></rss>",
    }[name]
    taken = await take_text(tmp_path, text.encode(encoding), name)
    assert [(row.name, row.homepage) for row in taken.rows] == [("Lämp", "https://lamp.dev")]  # type: ignore[union-attr]


@pytest.mark.parametrize("read", ["csv", "jsonl"])
def test_an_endless_line_is_passed_over_without_being_held(read: str) -> None:
    class Endless(io.RawIOBase):
        """Ten million characters without a line end, made as they are read."""

        def __init__(self) -> None:
            self.left, self.ends, self.most = 10_000_000, b"\n", 0
            self.head = b"name,url\n" if read == "csv" else b'{"name": "First", "url": "f.dev"}\n'
            self.tail = b"Lamp,l.dev\n" if read == "csv" else b'{"name": "Lamp", "url": "l.dev"}\n'

        def readable(self) -> bool:
            return True

        def seekable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            self.most = max(self.most, size)
            for part in ("head", "left", "ends", "tail"):
                held = getattr(self, part)
                if part == "left" and held:
                    self.left -= min(size, held)
                    return b"x" * min(size, held)
                if part != "left" and held:
                    setattr(self, part, b"")
                    return bytes(held)
            return b""

        read1 = read

        def seek(self, offset: int, whence: int = 0) -> int:
            self.__init__()  # type: ignore[misc]
            return 0

    stream = Endless()
    rows = list(read_csv(stream, field_of=FIELD_OF) if read == "csv" else read_jsonl(stream))  # type: ignore[arg-type]
    assert isinstance(rows[-1], Entry)
    assert rows[-1].fields["name"] == "Lamp"
    assert [row for row in rows if isinstance(row, Torn)] == [
        Torn("line 2", f"It is longer than {MOST_LINE:,} characters.")
    ]
    assert 0 < stream.most <= MOST_LINE  # never asked to give it all


async def test_json_lines_torn_in_the_middle_lose_only_that_line(tmp_path: Path) -> None:
    text = '{"name": "Lamp", "url": "l.dev"}\n{"name": "Bulb", "ur\n\n[1]\n' + "[" * 100_000 + '\n{"url": "w.dev"}\n'
    taken = await take_text(tmp_path, text, "today.jsonl")
    assert [row.name for row in taken.good] == ["Lamp", "w.dev"]
    assert [at for at, _ in taken.bad] == ["line 2", "line 4", "line 5"]
    assert taken.bad[0][1].startswith("It is not whole JSON: ")
    assert taken.bad[2][1] == "It is nested too deeply."


async def test_numbers_in_json_stay_as_written(tmp_path: Path) -> None:
    text = '{"name": "Lamp", "version": 2.10, "url": "l.dev", "created_at": 1795428000, "huge": ' + "9" * 5000 + "}"
    (lamp,) = (await take_text(tmp_path, text, "today.jsonl")).good
    assert (lamp.release, lamp.launched_at) == ("2.10", date(2026, 11, 23))


@pytest.mark.parametrize("read", ["csv", "jsonl"])
def test_a_long_table_is_read_as_it_is_asked_for(read: str) -> None:
    row = b"Lamp,l.dev\n" if read == "csv" else b'{"name": "Lamp", "url": "l.dev"}\n'
    stream = io.BytesIO((b"name,url\n" if read == "csv" else b"") + row * 200_000)
    rows = read_csv(stream, field_of=FIELD_OF) if read == "csv" else read_jsonl(stream)
    assert isinstance(next(rows), Entry)
    assert stream.tell() < 200_000  # of two million bytes and more
    assert sum(1 for _ in rows) == 199_999


async def test_a_source_is_read_no_further_than_its_rows_are_used(tmp_path: Path) -> None:
    path, heard = tmp_path / "a.csv", list[BadRow]()
    path.write_text("name,url,date\n" + "Lamp,l.dev,soon\n" * 5000)
    rows = read_announcements([SourceSpec(label="a", source=str(path))], fetch=nobody, on_problem=heard.append)
    await anext(rows)
    await rows.aclose()  # type: ignore[attr-defined]
    assert 0 < len(heard) <= AT_ONCE


@HOSTILE
@given(
    data=st.binary(max_size=300), name=st.sampled_from(["a.csv", "a.jsonl", "a.json", "a.xml", "a.yaml", "a.md", "a"])
)
async def test_any_bytes_are_read_or_reported(tmp_path: Path, data: bytes, name: str) -> None:
    taken = await take_text(tmp_path, data, name)
    assert all(type(row).model_validate(row.model_dump()) == row for row in taken.rows)


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ['"', ",", "\n", "\0", "\r", "‮"]
)


@HOSTILE
@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6))
async def test_any_cells_are_read_or_reported(tmp_path: Path, rows: list[list[str]]) -> None:
    text = "name,url,date\n" + "\n".join(",".join(row) for row in rows)
    taken = await take_text(tmp_path, text)
    assert all(type(row).model_validate(row.model_dump()) == row for row in taken.rows)
    assert all("\0" not in row.name and "\n" not in row.name and "‮" not in row.name for row in taken.good)


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(sorted(VOCABULARY)), inner, max_size=5),
    max_leaves=15,
)


@HOSTILE
@given(values=st.lists(JSONS, max_size=4), how=st.sampled_from(["today.jsonl", "today.json"]))
async def test_any_json_is_read_or_reported(tmp_path: Path, values: list[object], how: str) -> None:
    text = "\n".join(map(json.dumps, values)) if how.endswith("l") else json.dumps({"items": values})
    taken = await take_text(tmp_path, text, how)
    assert all(type(row).model_validate(row.model_dump()) == row for row in taken.rows)
    fields = {FIELD_OF(name) for value in values if isinstance(value, dict) for name in value}
    is_refused = any(isinstance(value, dict) and value for value in values) and fields.isdisjoint(NAMING)
    assert len(taken.rows) == (1 if is_refused else len(values))


def test_a_file_with_too_many_columns_is_refused() -> None:
    with pytest.raises(Mistake, match="500 columns"):
        list(read_csv(io.BytesIO(b"name," + b"a," * 600 + b"url\n"), field_of=FIELD_OF))


LINES = st.sampled_from(
    ["Name,Website", "November", "", ",,", "Lamp,lamp.dev", '"Bulb, a light","bulb.dev"', "sep=,", '"', "x"]
)


@HOSTILE
@given(lines=st.lists(LINES, max_size=14))
async def test_every_row_is_named_by_its_own_line(tmp_path: Path, lines: list[str]) -> None:
    """A quoted cell may hold line ends: a row goes on until the next begins."""
    taken = await take_text(tmp_path, "\n".join(lines))
    begins = sorted(int(row.at.removeprefix("line ")) for row in taken.rows if row.at.startswith("line "))
    for row in taken.good:
        number = int(row.at.removeprefix("line "))
        end = next((other for other in begins if other > number), len(lines) + 1)
        assert row.name in "\n".join(lines[number - 1 : end - 1])
