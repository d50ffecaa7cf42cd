"""A page gives passages that can be quoted with what they are about, and no furniture; it is parsed once."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from tests.support.pages import Web, page, parsed, write

from panel.dossier.gather.live_dossier import build_live_dossier
from panel.dossier.gather.snapshots import Snapshots
from panel.dossier.page import html_tree
from panel.dossier.page.passages import cut
from panel.dossier.page.read_page import parse_page

URL = "https://acme.dev/lamp"
PROSE = "The tool reads a folder of notes and answers what they say, with the passage beside each answer it gives."


def texts(body: str, head: str = "") -> list[str]:
    read = parsed(f"<html><head>{head}</head><body>{body}</body></html>", URL)
    return [passage.text for passage in cut("S1", read.blocks)]


def test_a_card_is_one_passage_with_its_name_first() -> None:
    cards = "".join(
        f"<div><p>Plan {n}</p><div><b>${n}9</b><span>/mo</span></div><ul><li>{n} GB</li></ul></div>" for n in (1, 2)
    )
    assert texts(f"<h1>Prices</h1><section>{cards}</section>") == [
        "Prices",
        "Plan 1: $19/mo; 1 GB",
        "Plan 2: $29/mo; 2 GB",
    ]


def test_a_card_too_long_for_a_passage_is_parted_between_its_lines() -> None:
    lines = "".join(f"<li>Point {n} of the plan says what is in it</li>" for n in range(30))
    cards = "".join(f"<div><h3>Plan {n}</h3><p>${n}</p><ul>{lines if n == 1 else ''}</ul></div>" for n in (1, 2))
    first, second, third, _ = texts(f"<section>{cards}</section>")
    assert first.startswith("Plan 1: $1; Point 0 of") and second.startswith("Point ") and third.startswith("Point ")
    assert " ".join((first, second, third)).count("Point ") == 30


@pytest.mark.parametrize("tag", ["a", "button"])
def test_links_side_by_side_keep_their_words_apart(tag: str) -> None:
    links = "".join(f"<{tag}>{name}</{tag}>" for name in ("Lamp at home", "Lamp at work"))
    assert texts(f"<div>{links}, <b>L</b>amp<{tag}>s</{tag}></div>") == ["Lamp at home Lamp at work, Lamps"]


@pytest.mark.parametrize("foot", ["", "<a href='/demo'>See a demo</a>"])
def test_a_cards_foot_of_buttons_leaves_its_price_its_name(foot: str) -> None:
    cards = "".join(
        f"<div class='card'><div><p>{name}</p></div><div><h2>${price}</h2><p>/Month</p></div>"
        f"<div class='card-footer'><a href='/buy'>Start now</a>{foot}</div></div>"
        for name, price in (("Starter", 29), ("Growth", 59))
    )
    starter, growth = texts(f"<div>{cards}</div>")
    assert starter.startswith("Starter: $29; /Month") and growth.startswith("Growth: $59; /Month")


def test_no_word_of_a_line_with_a_price_is_lost() -> None:
    assert texts("<div>Team: <b>12</b> USD<br>a seat</div>") == ["Team: 12 USD a seat"]
    assert texts("<ul><li><b>Solo</b> $9 a month</li></ul>") == ["Solo: $9 a month"]


@pytest.mark.parametrize("style", ["", "<style>.old{text-decoration:line-through}</style>"])
def test_a_struck_out_price_is_marked_in_prose_and_in_no_card(style: str) -> None:
    old = "<span class=old>$20</span>" if style else "<s>$20</s>"
    assert texts(f"<p>It was {old} and is $10 a month for everybody who asks us before the year ends.</p>", style) == [
        "It was ~~$20~~ and is $10 a month for everybody who asks us before the year ends."
    ]
    cards = "".join(f"<div><h3>Plan {n}</h3><p>{old} $1{n}</p></div>" for n in (1, 2))
    assert texts(f"<section>{cards}</section>", style) == ["Plan 1: $11", "Plan 2: $12"]


def test_a_price_section_of_a_text_is_one_passage() -> None:
    text = "# Lamp\n\n## Solo\n\n$9 per month\n\n- 1 GB\n- one seat\n\n## Questions\n\nAsk us."
    read = parse_page(page("https://acme.dev/prices.md", text, media="text/markdown"))
    assert [block.text for block in read.blocks] == [
        "Lamp",
        "Solo: $9 per month; 1 GB; one seat",
        "Questions",
        "Ask us.",
    ]


TABLE = """<table><thead><tr><th></th><th>Free</th><th>Team</th></tr></thead>
<tr><td>SSO</td><td><svg aria-label="No"></svg></td><td><img alt="Yes"></td></tr>
<tr><td rowspan=2>Space</td><td>1 GB</td><td>5 GB</td></tr><tr><td>for ever</td><td colspan=1>a year</td></tr>
<tr><td colspan=3>Support</td></tr><tr><td>Mail</td><td></td><td>yes</td></tr></table>"""


def test_a_row_of_a_table_carries_its_heads_and_the_words_of_its_ticks() -> None:
    assert texts(TABLE) == [
        "SSO: Free: No; Team: Yes",
        "Space: Free: 1 GB; Team: 5 GB",
        "Space: Free: for ever; Team: a year",
        "Support",
        "Mail: Team: yes",
    ]


def test_a_table_without_heads_keeps_its_cells_apart_and_a_layout_is_none() -> None:
    assert texts("<table><tr><td>Licence</td><td>MIT</td></tr></table>") == ["Licence | MIT"]
    assert texts(f"<table><tr><td><h2>Lamp</h2><p>{PROSE}</p></td><td><p>Ask.</p></td></tr></table>") == [
        "Lamp",
        PROSE,
        "Ask.",
    ]


def test_a_picture_of_many_words_is_no_tick() -> None:
    assert texts("<table><tr><td>SSO</td><td><img alt='Reviewers must say ship, please'></td></tr></table>") == ["SSO"]


def test_code_keeps_its_kind_and_its_ticks() -> None:
    read = parsed(
        "<p>Run <code>acme login</code> first.</p><pre>pip install acme</pre><h2>The <code>-x</code> flag</h2>", URL
    )
    assert [(block.kind, block.text) for block in read.blocks] == [
        ("prose", "Run `acme login` first."),
        ("code", "pip install acme"),
        ("heading", "The `-x` flag"),
    ]


AROUND = """<div id="cookie-bar"><h1>We value your privacy</h1><p>We set cookies.</p></div><nav><h1>Menu</h1><a>Blog</a></nav>
<div class="site-nav"><a>Docs</a> <a>Team</a></div><dialog open><h1>Join us</h1></dialog><div role="dialog"><h1>Not a member?</h1></div>
<main><article><h1>Lamp</h1><p>It glows.</p><footer>Edit this page</footer></article></main><footer><h1>Product</h1></footer>"""


def test_what_stands_around_a_page_is_neither_read_nor_its_heading() -> None:
    read = parsed(f"<body>{AROUND}</body>", URL)
    assert [block.text for block in read.blocks] == ["Lamp", "It glows."]
    assert read.heading == "Lamp"
    assert parsed(AROUND.replace("<h1>Lamp</h1>", ""), URL).heading == ""


def test_a_cards_own_header_and_footer_are_read() -> None:
    cards = "".join(
        f"<section><header>Plan {n}</header><p>Space</p><footer>${n}9 a month</footer></section>" for n in (1, 2)
    )
    assert texts(f"<div>{cards}</div>") == ["Plan 1: Space; $19 a month", "Plan 2: Space; $29 a month"]


@pytest.mark.parametrize(
    ("text", "url", "title"),
    [
        ("# Lamp\n\nIt glows.", "https://acme.dev/README.md", "Lamp"),
        ("![Lamp](logo.png)\n\nIt glows.\n\n## Quick Start\n\nRun it.", "https://acme.dev/README.md", "Lamp"),
        ("It glows.\n\n## Quick Start\n\nRun it.", "https://github.com/acme/lamp/raw/main/README.md", "lamp"),
    ],
)
def test_a_readme_without_a_first_heading_is_not_called_after_a_section(text: str, url: str, title: str) -> None:
    assert parse_page(page(url, text, media="text/markdown")).title == title


def test_an_article_alone_loads_the_finder_of_articles() -> None:
    code = (
        "import sys; from panel.dossier.page.html import html_blocks\n"
        f"list(html_blocks('<h1>Lamp</h1><p>{PROSE}</p><div>Team: $9</div>')); print('trafilatura' in sys.modules)\n"
        f"list(html_blocks('<h1>Lamp</h1>' + '<p>{PROSE * 3}</p>' * 5)); print('trafilatura' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False", "True"]


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every text that is parsed."""
    found: list[str] = []
    parse = html_tree.parse_html
    monkeypatch.setattr(
        html_tree, "parse_html", lambda text, **options: (found.append(text), parse(text, **options))[1]
    )
    yield found


async def test_a_page_is_parsed_once_for_all_that_is_read_off_it(parses: list[str], tmp_path: object) -> None:
    from datetime import UTC, date, datetime
    from pathlib import Path

    from panel.records import Stamp

    home = f"<title>Lamp</title><h1>It glows</h1><p>{PROSE}</p><a href='/pricing'>Pricing</a>"
    web = Web(
        {
            "https://acme.dev": home,
            "https://acme.dev/pricing": "<h1>Pricing</h1><div><h3>Team</h3><p>$9 a month</p></div>",
        }
    )
    made = Stamp(created_at=datetime(2026, 11, 23, tzinfo=UTC), version="0")
    snapshots = Snapshots(Path(str(tmp_path)), write=write)
    dossier = await build_live_dossier(
        "https://acme.dev", fetch=web, snapshots=snapshots, made=made, today=date(2026, 11, 23)
    )
    assert len(dossier.sources) == 2 and dossier.facts and len(parses) == 2
