"""Each ready table in examples/feeds is valid, and reads its sample."""

import asyncio
import tomllib
from datetime import date
from pathlib import Path

import pytest
from tests.support.sources import nobody

from panel.batch.intake.entries import BadRow
from panel.batch.intake.read_sources import read_announcements
from panel.batch.intake.source_spec import SourceSpec
from panel.errors import Mistake
from panel.prompting.categories import load_categories
from panel.records.batch import Announcement
from panel.workspace.settings import Toml, read_settings

ROOT = Path(__file__).parents[3]
FEEDS = ROOT / "examples" / "feeds"
CATEGORIES = frozenset(load_categories((ROOT / "categories.yaml").read_text("utf-8")))
DAY = date(2026, 11, 23)


async def read(name: str) -> tuple[list[Announcement], list[BadRow]]:
    settings = read_settings(FEEDS, (FEEDS / f"{name}.toml").read_text("utf-8"), {})
    ((label, table),) = settings.toml.feeds.items()
    samples = [*FEEDS.glob(f"{name}.sample.*")]
    spec = settings.source_spec(label)
    assert spec.source == table.source or not samples
    if samples:
        spec = spec.model_copy(update={"source": str(samples[0])})
    rows = [row async for row in read_announcements([spec], fetch=nobody, categories=CATEGORIES)]
    return [row for row in rows if isinstance(row, Announcement)], [row for row in rows if isinstance(row, BadRow)]


def test_there_is_a_test_for_every_example() -> None:
    tested = {"showhn", "github-releases", "package-releases", "vendor-blog", "product-hunt", "submissions"}
    assert {path.stem for path in FEEDS.glob("*.toml")} == tested


async def test_show_hn() -> None:
    (linked, bare), bad = await read("showhn")
    assert (linked.name, linked.release, linked.homepage) == ("Larkspindle", "2.1", "https://larkspindle.example")
    assert linked.tagline == "index notes on your own machine"
    assert (bare.homepage, bare.listing) == ("", "https://news.ycombinator.com/item?id=90000002")
    assert linked.seen_at[0].model_dump() == {
        "where": "Show HN", "url": "https://news.ycombinator.com/item?id=90000001", "on": DAY,
    }  # fmt: skip
    assert [row.at for row in bad] == ["entry 3"]


async def test_github_releases() -> None:
    (first, second), bad = await read("github-releases")
    assert (first.name, first.release, first.launched_at) == ("larkspindle", "v2.1.0", DAY)
    assert (second.name, second.release, second.tagline) == ("Larkspindle", "v2.0.0", "a new index")
    assert {row.homepage for row in (first, second)} == {"https://github.com/larkspindle-example/larkspindle"}
    assert {row.category for row in (first, second)} == {"embeddings-and-search"}
    assert bad == []


async def test_package_releases() -> None:
    (newest, _), bad = await read("package-releases")
    assert (newest.name, newest.release, newest.homepage) == ("Oddfern", "1.4.0", "https://oddfern.example")
    assert (newest.seen_at[0].url, newest.launched_at) == ("https://packages.example/project/oddfern/1.4.0/", DAY)
    assert bad == []


async def test_vendor_blog() -> None:
    (review, cli), (hiring,) = await read("vendor-blog")
    assert (review.name, review.category, review.language) == ("Quillmoss Review", "coding-assistants", "en-GB")
    assert (cli.name, cli.release, cli.category) == ("Quillmoss CLI", "3.2", "terminal-tools")
    assert review.homepage == "https://quillmoss.example/blog/introducing-review"
    assert hiring.at == "entry 3"


async def test_product_hunt_states_its_terms_and_leads_to_the_maker() -> None:
    (tansyloom,), bad = await read("product-hunt")
    assert (tansyloom.name, tansyloom.tagline) == ("Tansyloom", "Charts drawn from a spoken question")
    assert (tansyloom.homepage, tansyloom.listing) == ("", "https://www.producthunt.com/r/p/1?app_id=339")
    assert tansyloom.seen_at[0].url == "https://www.producthunt.com/products/tansyloom"
    assert "non-commercial use" in (FEEDS / "product-hunt.toml").read_text("utf-8")
    assert bad == []


def test_submissions() -> None:
    (brindlecup,), bad = asyncio.run(read("submissions"))
    assert (brindlecup.name, brindlecup.category, brindlecup.launched_at) == ("Brindlecup", "testing", DAY)
    assert Path(brindlecup.launch_file).is_file()
    assert bad == []


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("[feeds.a]\nname = 'x'", "has no source"),
        ("[feeds.a]\nsource = 'x'\nstrip = '('", "no regular expression"),
        ("[feeds.a]\nsource = 'x'\ncut = 'x(.*)'", "a group"),
        ("[feeds.a]\nsource = 'x'\nformat = 'xls'", "feeds.a.format"),
        ("[feeds.a]\nsource = 'x'\ntitle = 'x'", "no key 'feeds.a.title'"),
        ("[batch]\nmax_reviews = -1", "batch.max_reviews"),
    ],
)
def test_a_wrong_table_is_named(table: str, says: str) -> None:
    with pytest.raises(Mistake) as caught:
        read_settings(ROOT, table, {})
    assert says in str(caught.value)


def test_a_source_is_a_feed_by_name_or_itself() -> None:
    settings = read_settings(Path("/w"), "[feeds.sent]\nsource = 'in'\n[feeds.web]\nsource = 'https://a.example/f'", {})
    assert settings.source_spec("sent").source == str(Path("/w/in"))
    assert settings.source_spec("web").source == "https://a.example/f"
    assert settings.source_spec("https://a.example/f?token=x") == SourceSpec(
        label="https://a.example/f", source="https://a.example/f?token=x"
    )
    assert Toml().batch.max_reviews == 100


def test_the_mapping_in_the_docs_is_valid() -> None:
    text = (ROOT / "docs" / "feeds.md").read_text("utf-8")
    assert tomllib.loads(text.split("```toml\n")[1].split("```")[0])["feeds"]
    assert read_settings(ROOT, text.split("```toml\n")[1].split("```")[0], {}).toml.feeds["showhn"].entries == "hits"
