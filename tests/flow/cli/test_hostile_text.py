"""What holds whether or not an attempt is found: text from pages and models is data in every place it reaches.

Our own list of hostile strings, and five hundred of third parties' where the corpora are installed.
"""

import contextlib
import json
import re
import sqlite3
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html
from markdown_it import MarkdownIt
from tests.support import page_records
from tests.support.databases import open_part
from tests.support.hostile_text import corpora
from tests.support.hostile_text.planting import OWN, batches, hostile_comparison, hostile_dossier, printable_json
from tests.support.opinions import make_dossier, make_persona
from tests.support.prompts import prompt_texts
from tests.support.records import a_review, a_run

from panel.dossier import read_launches
from panel.errors import Mistake, PanelError, ReplyUnusable
from panel.jurors.parse import parse_answer
from panel.pages import comparison_card, comparison_html, comparison_markdown
from panel.prompting.answer import Answer
from panel.prompting.question import render_question
from panel.prompting.templates import Templates
from panel.records import Comparison, Launch, Usage, slugify
from panel.store import CallRow, Claimed, Ledger, RunRecords, StoredAnswer, ledger_key
from panel.store.run_ids import new_run_id, safe_relpath

ALL = (*OWN, *corpora.nasty(), *(text for texts in corpora.ours().values() for text in texts))
GROUPS = batches(ALL)
HONEST = comparison_html(page_records.hostile())
OUR_TAGS = {element.tag for element in html.document_fromstring(comparison_html(page_records.comparison())).iter()} | {
    element.tag for element in html.document_fromstring(HONEST).iter()
}
LABEL = re.compile(r"^\[(S\d+\.\d+)\]", re.MULTILINE)


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates(prompt_texts())


@pytest.fixture(scope="module")
def pages() -> list[tuple[Comparison, str, str]]:
    planted = [hostile_comparison(group) for group in GROUPS]
    return [(record, comparison_html(record), comparison_markdown(record)) for record in planted]


def test_the_third_parties_corpora_are_here():
    if not corpora.corpora_are_here():
        pytest.skip(corpora.MISSING)
    assert len(corpora.nasty()) > 500
    assert sum(map(len, corpora.theirs().values())) > 700


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: ascii(group[0])[:20])
def test_no_text_forges_a_label_or_a_mark_in_a_prompt(templates, group):
    dossier = hostile_dossier(make_dossier(), group)
    asked = render_question(templates, dossier, make_persona(), move="Begin with the price.")
    assert LABEL.findall(asked.dossier) == [p.passage_id for s in dossier.sources for p in s.passages]
    for mark, count in (("dossier", 1), ("launch", 1), ("source", len(dossier.sources))):
        assert len(re.findall(rf"<panel-{mark}[ >]", asked.dossier)) == count
        assert asked.dossier.count(f"</panel-{mark}>") == count
    assert asked.dossier.rstrip().endswith("</panel-dossier>")
    assert "<panel-" not in asked.persona


def test_template_source_in_a_page_is_data(templates):
    source = "{{ 7 * 7 }} {% for x in range(3) %}x{% endfor %} {{ config }} {# gone? #}"
    dossier = hostile_dossier(make_dossier(), [source])
    asked = render_question(templates, dossier, make_persona(), move="m")
    assert asked.dossier.count(source) >= sum(len(s.passages) for s in dossier.sources)
    assert "49" not in asked.dossier + asked.persona
    record = hostile_comparison([source])
    for text in (comparison_html(record), comparison_card(record)):
        assert "{{ 7 * 7 }}" in text


def test_a_page_has_no_other_elements_than_ours(pages):
    for _, page, _ in pages:
        tree = html.document_fromstring(page)
        assert {element.tag for element in tree.iter()} <= OUR_TAGS
        assert [script.get("type") for script in tree.iter("script")] == ["application/ld+json"]
        assert not [
            name for element in tree.iter() for name in element.attrib if name.startswith("on") or name == "style"
        ]


def test_no_link_but_to_a_web_address(pages):
    for _, page, text in pages:
        hrefs = [
            a for a in html.document_fromstring(page).xpath("//@href | //@src | //@action") if not a.startswith("#")
        ]
        assert not [a for a in hrefs if not a.startswith(("https://", "http://", "data:image/svg+xml,%3Csvg"))]
        assert not [a for a in hrefs if "evil.example" in a]
        linked = [child.attrs["href"] for child in inline(text) if child.type == "link_open"]
        assert not [a for a in linked if not str(a).startswith(("https://", "http://")) or "evil.example" in str(a)]


def inline(text: str) -> list:
    parsed = MarkdownIt("commonmark").enable("table").parse(text)
    return [child for token in parsed for child in token.children or []]


def test_markdown_holds_no_html_and_no_image(pages):
    for _, _, text in pages:
        tokens = MarkdownIt("commonmark").enable("table").parse(text)
        assert not [t for t in tokens if t.type == "html_block"]
        assert not [child for child in inline(text) if child.type in ("html_inline", "image")]


def test_json_ld_is_json_and_can_not_end_its_element(pages):
    for _, page, _ in pages:
        raw = page.split('<script type="application/ld+json">')[1].split("</script>")[0]
        assert not set("<>&\u2028\u2029") & set(raw)
        assert json.loads(raw)["@context"] == "https://schema.org"


def test_a_terminal_sees_no_escape_and_no_hidden_character(pages):
    for record, _, _ in pages:
        for char in set(comparison_card(record)) - {"\n"}:
            assert unicodedata.category(char) not in ("Cc", "Cs", "Co") and char not in "\u202e\u2066\ufeff\u200b"


def test_no_rendering_holds_a_raw_control_character(pages):
    for _, page, text in pages:
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page + text)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: ascii(group[0])[:20])
def test_no_text_becomes_a_path(group, tmp_path):
    for text in group:
        slug = slugify(text)
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
        assert (tmp_path / slug).resolve().parent == tmp_path.resolve()
        run_id = new_run_id(datetime(2026, 11, 23, tzinfo=UTC), [text, text])
        assert re.fullmatch(r"[a-z0-9-]+", run_id)
        with contextlib.suppress(Mistake):  # refused is as good
            assert (tmp_path / safe_relpath(text)).resolve().is_relative_to(tmp_path.resolve())


def test_text_in_a_database_is_data(tmp_path):
    records = open_part(RunRecords, f"sqlite:///{tmp_path / 'panel.db'}", runs_dir=tmp_path)
    review, reviews = a_review(), []
    hostile = hostile_dossier(review.dossier, [printable_json(text) for text in OWN])
    for n, text in enumerate(ALL[:150]):
        launch = hostile.launch.model_copy(update={"tagline": printable_json(text)[:300], "release": str(n)})
        dossier = hostile.model_copy(update={"launch": launch})
        reviews.append(review.model_copy(update={"dossier": dossier}))
    records.save_finished(a_run(), reviews, None)
    records.close()
    with sqlite3.connect(tmp_path / "panel.db") as database:
        tables = {name for (name,) in database.execute("select name from sqlite_master where type = 'table'")}
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
    assert {"runs", "calls", "records"} & tables


async def test_a_hostile_reply_comes_back_from_the_ledger_letter_for_letter(tmp_path):
    ledger = open_part(Ledger, f"sqlite:///{tmp_path / 'panel.db'}", runs_dir=tmp_path)
    raw = "".join(printable_json(text) for text in ALL).replace("\x00", "")
    body = {"input": raw}
    row = CallRow(ledger_key("p", "", "m", body, 0), "run-1", "p", "p/m", "", "ask", 0, raw[:40], raw[:40], body)
    claim = await ledger.claim(row)
    assert isinstance(claim, Claimed)
    await ledger.answered(
        row.key, claim.attempt, raw=raw, usage=Usage(), cost_usd=None, model_returned=raw[:40], latency_s=1.0
    )
    found = await ledger.claim(row)
    ledger.close()
    assert isinstance(found, StoredAnswer) and found.raw == raw


REPLIES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20) | st.sampled_from(["ship", "SHIP", "S1.1", "grounds"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*Answer.model_fields, "x"]), inner, max_size=6),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=300)
@given(st.text() | st.sampled_from(ALL) | REPLIES.map(lambda value: json.dumps(value)))
def test_any_reply_is_an_answer_or_unusable(text):
    try:
        answer = parse_answer(text)
    except ReplyUnusable:
        return
    assert Answer.model_validate_json(answer.model_dump_json()) == answer


@settings(max_examples=60)
@given(st.integers(1, 400_000), st.sampled_from(["[", '{"a":', '{"grounds":[', "-", "9", '"']))
def test_a_deep_or_endless_reply_is_unusable(count, part):
    with pytest.raises(ReplyUnusable):
        parse_answer(part * count)


FIELDS = st.sampled_from([*Launch.model_fields, "sources", "name", "x"])
FILES = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(ALL).map(lambda text: f"name: {json.dumps(text)}\nsources: [{{title: x, text: {json.dumps(text)}}}]".encode()),
    st.dictionaries(FIELDS, REPLIES, max_size=6).map(lambda value: json.dumps(value).encode()),
    st.just(b"a: &a [1]\nb: *a\n"), st.just(b"!!python/object/apply:os.system ['true']"), st.just(b"{" * 5000), st.just(b"- " * 5000),
)  # fmt: skip


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES, st.sampled_from([".yaml", ".json", ".md"]))
def test_any_launch_file_is_a_launch_or_a_sentence(tmp_path, raw, ending):
    path = tmp_path / f"launch{ending}"
    path.write_bytes(raw)
    try:
        ((launch, _),) = read_launches(path, categories=frozenset({"developer-tools"}))
    except PanelError as err:
        assert str(err) and "\n" not in str(err) and err.exit_code == 2
        return
    assert Launch.model_validate(launch.model_dump()) == launch


def test_json_on_stdout_holds_no_character_a_terminal_obeys(capsys: pytest.CaptureFixture[str]) -> None:
    """It is escaped and not dropped: a reader of the JSON gets every character back."""
    from panel.cli.terminal.terminal import say_json

    hostile = "\x9b31m \u202egnore \u200b \u2028 \x85 \U000e0041 \ud800 \x1b]0;x\x07 plain"
    say_json({"text": hostile})
    out = capsys.readouterr().out
    assert out.replace("\n", "").isprintable()
    assert json.loads(out)["text"] == hostile
