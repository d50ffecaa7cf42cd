import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.dossier.identity.voices import PYPI, known_as, maker_of
from panel.dossier.page.html_tree import open_html
from panel.dossier.page.links_to_follow import MOST_LINKS, WANTED, Link, choose, find_links, sections

HOME = "https://acme.dev"
ACME = known_as(maker_of([HOME]), "Lamp")


def links_in(html: str, url: str) -> tuple[Link, ...]:
    root = open_html(html).root
    return () if root is None else find_links(root, url)


def chosen(html: str, **more: object) -> dict[str, str]:
    """What was chosen for each kind."""
    links = links_in(html, f"{HOME}/")
    return {choice.wanted: choice.url for choice in choose(links, ACME, **{"but": frozenset({HOME}), **more})}  # type: ignore[arg-type]


def a(href: str, text: str = "x", more: str = "") -> str:
    return f'<a href="{href}" {more}>{text}</a>'


@pytest.mark.parametrize(
    ("link", "wanted"),
    [
        (a("/pricing", "Pricing"), "pricing"),
        (a("/pricing"), "pricing"),
        (a("/buy", "Plans &amp; pricing"), "pricing"),
        (a("/de/preise.html", "Preise"), "pricing"),
        (a("/docs/", "Docs"), "docs"),
        (a("https://docs.acme.dev", "Learn"), "docs"),
        (a("https://lamp.readthedocs.io/en/latest/", "Documentation"), "docs"),
        (a("/docs/getting-started", "Get started"), "quick_start"),
        (a("/CHANGELOG.md"), "changelog"),
        (a("/whats-new", "What’s new"), "changelog"),
        (a("https://github.com/acme/lamp/releases", "Releases"), "changelog"),
        (a("/legal/eula", "MIT License"), "licence"),
        (a("https://github.com/acme/lamp/blob/main/LICENSE"), "licence"),
        (a("/x", "x", 'rel="nofollow license"'), "licence"),
        ('<link rel="license" href="/copying">', "licence"),
        (a("https://github.com/acme/lamp"), "repository"),
        (a("https://codeberg.org/jdoe/tool", "Source code"), "repository"),
        (a(f"https://{PYPI}/project/lamp/"), "package"),
    ],
)
def test_a_page_worth_reading_is_known_by_its_address_or_name(link: str, wanted: str) -> None:
    assert wanted in chosen(link)


@pytest.mark.parametrize(
    "link",
    [
        a("https://reviews.example/pricing", "Pricing"),
        a("https://acme.dev.evil.example/pricing", "Pricing"),
        a("https://github.com/sqlite/sqlite", "SQLite"),
        a("https://github.com/sqlite/sqlite/releases", "Releases"),
        a("https://github.com/pricing", "Pricing"),
        a("/blog/pricing", "How we think"),
        a("/signup", "Get started"),
        a("/careers", "Jobs"),
        a("mailto:sales@acme.dev", "Pricing"),
        a("javascript:alert(1)", "Pricing"),
        a("data:text/html,x", "Pricing"),
        a("ftp://acme.dev/pricing", "Pricing"),
        a("https://user:word@acme.dev/pricing", "Pricing"),
        a("#pricing", "Pricing"),
        a("/pricing.pdf", "Pricing"),
        a("http://[broken/pricing", "Pricing"),
        a("/pricing" + "x" * 2000, "Pricing"),
    ],
)
def test_other_pages_are_never_followed(link: str) -> None:
    assert chosen(link) == {}


def test_the_better_link_wins_and_of_equal_ones_the_first() -> None:
    html = a("/why-our-pricing-is-fair", "Pricing, explained") + a("/pricing/a", "Pricing") + a("/pricing", "Pricing")
    assert chosen(html)["pricing"] == "https://acme.dev/pricing"
    assert chosen(a("/plans", "Pricing") + a("/pricing", "Pricing"))["pricing"] == "https://acme.dev/plans"


def test_the_repository_named_like_the_product_wins_over_others() -> None:
    html = a("https://github.com/acme/website", "GitHub") + a("https://github.com/acme/lamp", "code")
    assert chosen(html)["repository"] == "https://github.com/acme/lamp"


def test_the_makers_own_repository_wins_over_one_that_bears_its_name() -> None:
    html = a("https://github.com/mallory/acme", "GitHub") + a("https://github.com/acme/acme", "GitHub")
    assert chosen(html)["repository"] == "https://github.com/acme/acme"


@pytest.mark.parametrize("rel", ["ugc", "nofollow UGC", "sponsored"])
def test_links_that_readers_left_or_that_were_paid_for_are_not_followed(rel: str) -> None:
    assert chosen(a("https://github.com/mallory/acme", "Source code", f'rel="{rel}"')) == {}


def test_one_page_fills_one_place() -> None:
    html = a("/docs/quickstart", "Documentation")
    assert list(chosen(html)) == ["docs"]


def test_what_was_read_is_not_chosen_again() -> None:
    assert chosen(a("http://www.acme.dev/pricing/", "Pricing"), but=frozenset({"https://acme.dev/pricing"})) == {}


def test_kinds_come_in_the_order_of_their_worth() -> None:
    html = "".join(
        [a("/license", "License"), a("/changelog"), a("/docs"), a("https://github.com/acme/lamp"), a("/pricing")]
    )
    assert list(chosen(html)) == ["pricing", "docs", "repository", "changelog", "licence"]


def test_addresses_are_whole_and_without_what_changes_from_visit_to_visit() -> None:
    links = links_in(a("pricing?utm_source=x&plan=2#top"), "https://acme.dev/en/")
    assert [link.url for link in links] == ["https://acme.dev/en/pricing?plan=2"]
    assert [link.url for link in links_in('<base href="/v2/">' + a("docs"), HOME)] == ["https://acme.dev/v2/docs"]


def test_a_base_elsewhere_leads_nowhere() -> None:
    assert chosen('<base href="https://evil.example/">' + a("pricing", "Pricing")) == {}


def test_a_part_of_the_page_itself_counts_as_being_there() -> None:
    links = links_in(a("#pricing", "Pricing") + a("/other#docs"), f"{HOME}/")
    assert sections(links, HOME) == {"pricing"}


def test_a_page_of_nothing_but_links_is_read_to_a_bound() -> None:
    assert len(links_in("".join(a(f"/{n}") for n in range(MOST_LINKS + 50)), HOME)) == MOST_LINKS


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60) | st.builds(str.format, st.sampled_from(["https://{}/pricing", "//{}", "{}/docs"]), st.text("[]:.@%#a1²\ud800", max_size=12)),
       st.text(max_size=30), st.sampled_from(["", "license", "nofollow"]))  # fmt: skip
def test_no_link_breaks_the_choice_and_none_leads_off(href: str, text: str, rel: str) -> None:
    html = a(href.replace('"', ""), text.replace("<", ""), f'rel="{rel}"')
    links = links_in(html, f"{HOME}/")
    for choice in choose(links, ACME):
        assert choice.url.startswith(("https://", "http://"))
        assert choice.wanted in WANTED
