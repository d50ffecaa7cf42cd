"""The HTML page: self-contained, escaped, labelled, in order."""

import base64
import hashlib
import itertools
import json
import re
import subprocess
import sys

import pytest
from lxml import html as lxml_html
from tests.support import page_records
from tests.support.page_records import review_markdown

from panel.pages import comparison_html, comparison_markdown, review_html
from panel.records import Comparison, Review

ORDER = ["choose", "tools", "scorecard", "figures", "pricing", "dissent", "predictions", "together", "kinds",
         "details", "read", "made"]  # fmt: skip


def _ids(page: str) -> list[str]:
    return re.findall(r'<section class="part[^"]*" id="([^"]+)"', page)


def _tree(page: str) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(page)


def _json(page: str) -> dict:
    return json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[0])


@pytest.fixture(scope="module")
def full() -> str:
    return comparison_html(page_records.comparison())


def test_the_answer_is_the_only_first_heading_and_headings_skip_no_level(full: str) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])", full)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert _tree(full).xpath("string(//h1)") == page_records.ANSWER


def test_first_screen_holds_tallies_lines_picture_and_depth(full: str) -> None:
    start = full[: full.index('<section class="part')]
    for words in ("3 of 4 ship", "2 of 4 ship", "Nothing to try until five seats are paid for a year.", "<desc",
                  "Critics read, and ran nothing. 5 pages, 4 by the makers. 23 Nov 2026.", "Models of two families: treat as about one and a half opinions."):  # fmt: skip
        assert words in start


def test_sections_stand_in_reading_order_choose_if_first_if_it_depends(full: str) -> None:
    assert _ids(full) == ORDER


def test_choose_if_follows_the_cards_when_there_is_a_pick() -> None:
    whole = page_records.comparison()
    picked = whole.model_copy(update={"pick": whole.pick.model_copy(update={"pick": "a"})})
    assert _ids(comparison_html(picked))[:3] == ["tools", "choose", "scorecard"]


def test_a_review_has_the_same_parts_but_those_of_a_pair() -> None:
    assert _ids(review_html(page_records.review_a())) == [i for i in ORDER if i not in ("together", "kinds")]


def test_contents_link_only_to_sections_that_are_there(full: str) -> None:
    for page in (full, review_html(page_records.review_a())):
        tree = _tree(page)
        inside = {a.get("href")[1:] for a in tree.xpath("//a[starts-with(@href, '#')]")}
        assert inside <= set(tree.xpath("//@id"))


def test_ids_are_unique_and_every_evidence_button_opens_something(full: str) -> None:
    for page in (full, comparison_html(page_records.hostile())):
        ids = _tree(page).xpath("//@id")
        assert len(ids) == len(set(ids))
        spots = _tree(page).xpath("//button/@popovertarget")
        assert spots
        assert set(spots) <= set(ids)


def test_the_style_is_allowed_by_its_hash_and_nothing_else_is(full: str) -> None:
    style = re.findall(r"<style>(.*?)</style>", full, re.S)[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = _tree(full).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert "unsafe" not in policy
    assert " style=" not in full


def test_the_page_fetches_nothing_and_runs_nothing(full: str) -> None:
    for page in (full, comparison_html(page_records.hostile())):
        tree = _tree(page)
        assert tree.xpath("//script/@type") == ["application/ld+json"]
        assert not tree.xpath("//img | //iframe | //object | //embed | //form | //video | //audio | //base")
        assert [link.get("rel") for link in tree.xpath("//link")] == ["icon"]
        assert not [name for element in tree.iter() for name in element.attrib if name.startswith("on")]
        assert "url(" not in page.split("</style>")[0]


def test_links_are_sources_or_makers_pages_and_carry_no_trust(full: str) -> None:
    links = _tree(full).xpath("//a[starts-with(@href, 'http')]")
    assert {a.get("rel").removeprefix("sponsored ") for a in links} == {"nofollow noopener noreferrer ugc"}
    assert "Quillbase 3 release notes" in {a.text_content() for a in links}


def test_links_that_earn_us_money_are_sponsored_and_no_others(full: str) -> None:
    links = _tree(full).xpath("//a[starts-with(@href, 'http')]")
    sponsored = {a.get("href") for a in links if "sponsored" in a.get("rel").split()}
    assert "https://ledgerline.example/" in sponsored
    assert all("ledgerline" in href for href in sponsored)
    third = {s.url for s in page_records.review_a().dossier.sources if s.voice != "maker"}
    page = review_html(staked(page_records.review_a(), "affiliate"))
    rels = {a.get("href"): a.get("rel") for a in _tree(page).xpath("//a[starts-with(@href, 'http')]")}
    assert third & set(rels)
    assert {url for url, rel in rels.items() if "sponsored" in rel} & third == set()


def staked(review: Review, stake: str) -> Review:
    launch = review.dossier.launch.model_copy(update={"stake": stake})
    return review.model_copy(update={"dossier": review.dossier.model_copy(update={"launch": launch})})


@pytest.mark.parametrize(("stake", "told"), [
    ("affiliate", "Disclosure: we earn from links to Quillbase."), ("owned", "Disclosure: we own Quillbase."),
    ("investor", "Disclosure: we hold a stake in the maker of Quillbase."),
])  # fmt: skip
def test_our_own_stake_is_disclosed_before_anything_else(stake: str, told: str) -> None:
    review = staked(page_records.review_a(), stake)
    page, pair = review_html(review), comparison_html(page_records.comparison(a=review))
    for html in (page, pair):
        assert html.count(told) == 2 and html.index(told) < html.index("<h1")
    for text in (review_markdown(review), comparison_markdown(page_records.comparison(a=review))):
        assert told in text and text.index(told) < text.index("\n# ")
    assert "Disclosure" not in review_html(page_records.review_a()) + review_markdown(page_records.review_a())


def test_the_model_is_named_at_each_quote(full: str) -> None:
    models = {o.juror.model for r in (page_records.review_a(), page_records.review_b()) for o in r.answered()}
    assert models
    quotes = _tree(full).xpath("//*[@class='said'][.//blockquote[@class='quote']]")
    assert quotes and all(any(f"Model: {model}" in q.text_content() for model in models) for q in quotes)
    assert {q["creditText"] for q in _json(full)["hasPart"]} <= {f"Model: {model}" for model in models}
    text = comparison_markdown(page_records.comparison())
    assert text.count("Model: ") == len(quotes)


def test_a_specimens_quotes_name_no_model() -> None:
    specimen = page_records.comparison("specimen")
    page = comparison_html(specimen) + comparison_markdown(specimen)
    assert "Model: " not in page


def test_hostile_text_stays_text_and_never_becomes_a_link() -> None:
    page = comparison_html(page_records.hostile())
    tree = _tree(page)
    assert not [a for a in tree.xpath("//a/@href") if "evil" in a or a.startswith(("javascript", "data"))]
    assert tree.xpath("//title/text()")[0].startswith("Universal Retrieval-Augmented")
    assert "<script>document" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "rm -rf <dir>" in [c.text_content() for c in tree.xpath("//code")]


def test_json_ld_survives_hostile_text_and_says_what_the_page_says() -> None:
    data = _json(comparison_html(page_records.hostile()))
    assert data["hasPart"][0]["text"].startswith("</script><script>document.title")
    whole = _json(comparison_html(page_records.comparison()))
    assert whole["abstract"] == page_records.ANSWER
    assert [tool["name"] for tool in whole["about"]] == ["Quillbase", "Ledgerline Cloud"]
    assert len(whole["hasPart"]) == 8


def test_json_ld_rates_nothing_and_names_no_ai_as_publisher() -> None:
    text = json.dumps(_json(comparison_html(page_records.comparison())))
    for word in ("aggregateRating", "ratingValue", '"Review"', "publisher", '"author"', "Person"):
        assert word not in text
    assert text.count("https://schema.org/TrainedAlgorithmicMediaDigitalSource") == 8


def test_a_specimen_says_so_on_the_page_and_in_json_ld_and_claims_no_model() -> None:
    page = comparison_html(page_records.comparison("specimen"))
    assert "Specimen: invented opinions, written by hand, not by a model" in _tree(page).xpath("string(//aside)")
    text = json.dumps(_json(page))
    assert text.count("Specimen: invented opinions, written by hand, not by a model") == 9
    assert "digitalSourceType" not in text


def test_a_trial_says_so_and_shows_picks_instead_of_empty_boxes() -> None:
    page = comparison_html(page_records.comparison("trial"))
    tree = _tree(page)
    assert "A trial model chose these passages and wrote nothing" in tree.xpath("string(//aside)")
    assert _json(page)["hasPart"] == []
    assert "Picked S1.2: “There is no account and no key.”" in tree.text_content()
    assert not tree.xpath("//blockquote[@class='quote']")
    for box in tree.xpath("//td | //dd | //li | //section/div | //article/div | //h3 | //blockquote"):
        assert box.text_content().strip()


@pytest.mark.parametrize(
    "page", [page_records.comparison(), page_records.comparison("trial"), page_records.comparison("specimen"), page_records.hostile()], ids=["full", "trial", "specimen", "hostile"]
)  # fmt: skip
def test_every_page_is_a_draft_labelled_as_ai_and_kept_out_of_indexes(page: Comparison) -> None:
    text = comparison_html(page)
    tree = _tree(text)
    assert tree.xpath("//meta[@name='robots']/@content") == ["noindex, nofollow"]
    assert "Draft. Nobody has approved this." in tree.xpath("string(//aside)")
    assert "AI critics: labelled lenses, not people" in tree.xpath("string(//header)")
    assert all("AI critic" in row.text_content() for row in tree.xpath("//table[@class='board']/tbody/tr/th"))
    assert all("AI critic" in who.text_content() for who in tree.xpath("//div[@class='who']"))


def test_there_is_no_bare_percentage_of_ours(full: str) -> None:
    body = _tree(full).xpath("//main")[0].text_content()
    assert {m.strip() for m in re.findall(r"[\d.]+ ?%", body)} == {"40 %"}  # the maker's figure, quoted


def test_the_page_never_says_verified(full: str) -> None:
    assert "verified" not in _tree(full).text_content().lower()
    assert "Quoted word for word" in full


def test_flags_hide_when_told_to() -> None:
    assert "rests on the model&#39;s memory" in review_html(page_records.review_a())
    assert "rests on the model&#39;s memory" not in review_html(page_records.review_a(), flags=())


def test_the_same_record_gives_the_same_bytes() -> None:
    assert comparison_html(page_records.comparison()) == comparison_html(page_records.comparison())


def test_importing_pages_loads_no_template_engine() -> None:
    script = "import sys, panel.pages; print('jinja2' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "False\n"
    )
