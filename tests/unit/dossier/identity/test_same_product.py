from itertools import product

import pytest

from panel.dossier.identity.same_product import (
    Tag,
    folded_name,
    folded_release,
    plain_name,
    product_key,
    same_product,
    tag_of,
)
from panel.dossier.identity.voices import PYPI
from panel.records import Launch, LaunchSource, Seen


def launch(name: str, homepage: str = "", *maker: str, release: str = "", others: tuple[str, ...] = ()) -> Launch:
    """A launch with the maker's sources at these addresses, and others' sources."""
    sources = [LaunchSource(title="Page", text="x")]
    sources += [LaunchSource(title="M", voice="maker", url=url, text="x") for url in maker]
    sources += [LaunchSource(title="T", voice="third_party", url=url, text="x") for url in others]
    return Launch(name=name, homepage=homepage, release=release, sources=tuple(sources))


def seen(name: str, *urls: str) -> Launch:
    """A launch without a home, as a listing shows it."""
    return launch(name).model_copy(update={"seen_at": tuple(Seen(where="a list", url=url) for url in urls)})


LAMP_REPO = "https://github.com/acme/lamp"


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Lamp v2.1 beta", "lamp"),
        ("LAMP 3", "lamp"),
        ("lamp.dev", "lamp"),
        ("Open-Lamp", "openlamp"),
        ("OpenLamp", "openlamp"),
        ("Mistral Small 3.2", "mistralsmall"),
        ("Phi-3 mini", "phimini"),
        ("Lamp 1.0.0-rc.1", "lamp"),
        ("1Password 8", "1password"),
        ("Auth0", "auth0"),
        ("365", "365"),
        ("Web3 Lamp", "web3lamp"),
        ("Lamp 24B", "lamp24b"),
        ("灯 2", "灯"),
        ("!!!", "!!!"),
    ],
)
def test_a_name_is_folded_without_its_release(name: str, folded: str) -> None:
    assert folded_name(name) == folded


def test_a_release_given_apart_is_taken_off_the_name() -> None:
    assert folded_name("Lamp Aurora", "Aurora") == "lamp"
    assert folded_name("Aurora", "Aurora") == "aurora"


@pytest.mark.parametrize(
    ("one", "key"),
    [
        (launch("Lamp 2", "https://www.acme.dev/"), ("site:acme.dev", "name:lamp")),
        (launch("Lamp", "https://acme.dev/en/lamp/index.html"), ("site:acme.dev/en/lamp", "name:lamp")),
        (launch("Lamp", "https://lamp.acme.dev/docs?id=2"), ("site:lamp.acme.dev/docs?id=2", "name:lamp")),
        (launch("Lamp", LAMP_REPO), ("repo:github.com/acme/lamp", "name:lamp")),
        (launch("Lamp", "https://www.producthunt.com/posts/lamp"), ("name:lamp",)),
        (
            launch("Bulb", "", f"{LAMP_REPO}/tree/main/packages/bulb"),
            ("repo:github.com/acme/lamp/packages/bulb", "name:bulb"),
        ),
        (launch("Lamp", "", f"https://{PYPI}/project/lamp/"), (f"repo:{PYPI}/lamp", "name:lamp")),
        (
            launch("lamp-core", f"{LAMP_REPO}/releases/tag/lamp-core-v1.2.0"),
            ("repo:github.com/acme/lamp/lamp-core", "name:lampcore"),
        ),
        (launch("Lamp", "https://dev.to/acme/lamp", others=(LAMP_REPO,)), ("name:lamp",)),
        (launch("Lamp", "https://github.com/features/lamp"), ("site:github.com/features/lamp", "name:lamp")),
    ],
)
def test_a_product_is_found_by_repository_site_and_name(one: Launch, key: tuple[str, ...]) -> None:
    assert product_key(one) == key


SAME = {
    "two releases": (launch("Lamp 2", "https://acme.dev/"), launch("Lamp 3", "https://acme.dev")),
    "two spellings": (launch("Open Lamp", "https://acme.dev"), launch("OpenLamp", "https://www.acme.dev/?ref=two")),
    "a homepage and a repository": (launch("Lamp", "https://acme.dev", LAMP_REPO), launch("Lamp", LAMP_REPO)),
    "renamed, one repository": (launch("Lamp", "", LAMP_REPO), launch("Torch", "https://acme.dev", LAMP_REPO)),
    "renamed, one page": (launch("Lamp", "https://acme.dev/lamp"), launch("Torch", "https://acme.dev/lamp")),
    "moved to another domain, one repository": (
        launch("Lamp", "https://lamp.io", LAMP_REPO),
        launch("Lamp 2", "https://acme.dev", LAMP_REPO + ".git"),
    ),
    "one post of a launch list": (
        launch("Lamp", "https://www.producthunt.com/posts/lamp"),
        seen("Lamp 2", "https://www.producthunt.com/posts/lamp/"),
    ),
    "one text and nothing else": (launch("Lamp"), launch("LAMP 2")),
    "a package's folder and its tag": (
        launch("Bulb", "", f"{LAMP_REPO}/tree/main/packages/bulb"),
        launch("Bulb Pro", f"{LAMP_REPO}/releases/tag/bulb@2.0"),
    ),
    "a query and a page, renamed": (
        launch("Lamp", "https://acme.dev/tools?id=7"),
        launch("Torch", "http://www.acme.dev/tools/?id=7"),
    ),
    "two folders' names, one folder": (
        launch("Bulb", "", f"{LAMP_REPO}/tree/main/packages/bulb"),
        launch("Bulb Pro", "", f"{LAMP_REPO}/tree/v2/packages/bulb/src"),
    ),
}
DIFFERENT = {
    "a release with its post for a homepage": (
        launch("Lamp", "https://acme.dev"),
        launch("Lamp v3", "https://acme.dev/blog/lamp-3"),
    ),
    "one name on a maker's two pages": (
        launch("Lampe", "https://acme.dev/produits/lampe"),
        launch("Lampe", "https://shop.acme.dev/?p=2"),
    ),
    "a launch list's post and a site": (
        launch("Lamp", "https://www.producthunt.com/posts/lamp"),
        launch("Lamp", "https://acme.dev"),
    ),
    "one name, two texts": (launch("Lamp"), launch("Lamp", others=("",))),
    "two issues of one repository": (launch("Lamp", f"{LAMP_REPO}/issues/1"), launch("Torch", f"{LAMP_REPO}/issues/2")),
    "a repository and an issue in it": (launch("Lamp", LAMP_REPO), launch("Torch", f"{LAMP_REPO}/issues/2")),
    "two products of one maker on paths": (
        launch("Lamp", "https://acme.dev/lamp"),
        launch("Torch", "https://acme.dev/torch"),
    ),
    "two products of one maker on one address": (launch("Lamp", "https://acme.dev"), launch("Torch", "https://acme.dev")),
    "two products of one maker on subdomains": (
        launch("Lamp", "https://lamp.acme.dev"),
        launch("Torch", "https://torch.acme.dev"),
    ),
    "one name, two makers": (launch("Lamp", "https://acme.dev"), launch("Lamp", "https://lamp.io")),
    "one name, two projects of one pages host": (
        launch("Lamp", "https://jdoe.github.io/lamp"),
        launch("Lamp", "https://asmith.github.io/lamp"),
    ),
    "a monorepo's packages": (
        launch("Lamp", "", f"{LAMP_REPO}/tree/main/packages/lamp"),
        launch("Bulb", "", f"{LAMP_REPO}/tree/main/packages/bulb"),
    ),
    "a monorepo and a package of it": (launch("Acme", "", LAMP_REPO), launch("Bulb", "", f"{LAMP_REPO}/tree/main/packages/bulb")),
    "a monorepo's products with pages of their own": (
        launch("Lamp", "https://acme.dev/lamp", LAMP_REPO),
        launch("Bulb", "https://acme.dev/bulb", LAMP_REPO),
    ),
    "one repository praised by another": (
        launch("Lamp", "https://acme.dev", LAMP_REPO),
        launch("Torch", "https://torch.io", others=(LAMP_REPO,)),
    ),
    "two posts of one section": (
        launch("Lampe est disponible", "https://acme.dev/actualites/lampe"),
        launch("Plume en bêta", "https://acme.dev/actualites/plume"),
    ),
    "two ids in a query": (launch("Lamp", "https://acme.dev/updates?id=1"), launch("Quill", "https://acme.dev/updates?id=2")),
    "two pages of a maker's subdomain": (
        launch("Lamp", "https://developers.acme.dev/log/lamp"),
        launch("Quill", "https://developers.acme.dev/log/quill"),
    ),
    "a fork": (launch("Lamp", LAMP_REPO), launch("Lamp", "https://github.com/other/lamp")),
    "a repository and a namesake's site": (launch("Lamp", LAMP_REPO), launch("Lamp", "https://lamp.io")),
    "a package and a namesake's repository": (
        launch("Lamp", f"https://{PYPI}/project/lamp/"),
        launch("Lamp", "https://codeberg.org/other/lamp"),
    ),
    "another package's tag": (launch("lamp", LAMP_REPO), launch("lamp-core", f"{LAMP_REPO}/releases/tag/lamp-core-v1.2.0")),
    "two files of one repository": (
        launch("Dimmer", f"{LAMP_REPO}/blob/main/mods/dimmer.wh.cpp"),
        launch("Blinker", f"{LAMP_REPO}/blob/main/mods/blinker.wh.cpp"),
    ),
    "two videos of one name": (
        seen("Lamp", "https://www.youtube.com/watch?v=one"),
        seen("Lamp", "https://www.youtube.com/watch?v=two"),
    ),
    "names that begin alike": (launch("Lamp", "https://acme.dev"), launch("Lampada", "https://acme.dev")),
}  # fmt: skip


@pytest.mark.parametrize("case", SAME)
def test_launches_of_one_product_meet(case: str) -> None:
    one, other = SAME[case]
    assert same_product(one, other)
    assert same_product(other, one)


def test_what_a_person_joined_is_known_by_name_and_site() -> None:
    post, site = DIFFERENT["a release with its post for a homepage"]
    assert same_product(post, site, is_settled=True)
    others = ("one name, two makers", "a launch list's post and a site", "two posts of one section", "a fork")
    assert not any(same_product(*DIFFERENT[case], is_settled=True) for case in others)


def test_a_text_is_proof_only_where_nothing_else_is_known() -> None:
    assert product_key(launch("Lamp 2"))[0] == product_key(launch("lamp"))[0] != product_key(launch("Torch"))[0]
    assert product_key(launch("Lamp"))[0].startswith("text:sha256:")
    assert product_key(seen("Lamp", "https://list.example/lamp")) == ("name:lamp",)


@pytest.mark.parametrize("case", DIFFERENT)
def test_near_misses_stay_apart(case: str) -> None:
    one, other = DIFFERENT[case]
    assert not same_product(one, other)
    assert not same_product(other, one)


def test_every_launch_is_its_own_product_and_order_makes_no_difference() -> None:
    every = [one for pair in [*SAME.values(), *DIFFERENT.values()] for one in pair]
    assert all(same_product(one, one) for one in every)
    assert all(same_product(one, other) == same_product(other, one) for one, other in product(every, every))


@pytest.mark.parametrize(
    ("name", "release", "plain", "folded"),
    [
        ("Lamp v2.1 beta", "", "Lamp", "2-1-beta"),
        ("Lamp 2.1", "2.1", "Lamp", "2-1"),
        ("Lamp", "v2.1", "Lamp", "2-1"),
        ("Lamp", "version 2.1", "Lamp", "2-1"),
        ("Lamp Aurora", "Aurora", "Lamp", "aurora"),
        ("Open-Lamp", "", "Open-Lamp", ""),
        ("Lamp (v2) for Mac", "", "Lamp for Mac", "2"),
        ("Lamp (Mac)", "", "Lamp (Mac)", ""),
        ("lamp.dev 3", "", "lamp.dev", "3"),
        ("365", "", "365", ""),
        ("Lamp 24B", "", "Lamp 24B", ""),
    ],
)
def test_a_release_is_told_from_the_name(name: str, release: str, plain: str, folded: str) -> None:
    one = launch(name, release=release)
    assert (plain_name(one), folded_release(one)) == (plain, folded)


@pytest.mark.parametrize(
    ("tag", "says"),
    [
        ("v0.77.0", Tag("", "v0.77.0")),
        ("lamp-v2.1", Tag("", "v2.1")),
        ("@acme/lamp@2.1.0", Tag("", "2.1.0")),
        ("release-1.2", Tag("", "1.2")),
        ("2026-11-23", Tag("", "2026-11-23")),
        ("nightly", Tag("", "nightly")),
        ("b4521", Tag("", "b4521")),
        ("lamp-core-v1.2.0", Tag("lamp-core", "v1.2.0")),
        ("bulb%40v3", Tag("bulb", "v3")),
        ("cli/v2", Tag("cli", "v2")),
    ],
)
def test_a_tag_names_the_release_and_another_package(tag: str, says: Tag) -> None:
    assert tag_of(f"https://github.com/acme/lamp/releases/tag/{tag}") == says
    assert tag_of(f"https://gitlab.com/acme/lamp/-/releases/{tag}") == says


@pytest.mark.parametrize("page", ["", "/releases", "/issues/3", "/tree/v2.1", "/releases/download/v1/lamp.zip"])
def test_any_other_page_of_a_repository_names_no_release(page: str) -> None:
    assert tag_of(LAMP_REPO + page) is None


def test_a_package_s_page_of_one_version_names_it() -> None:
    assert tag_of(f"https://{PYPI}/project/lamp/3.1.0/") == Tag("", "3.1.0")
    assert tag_of(f"https://{PYPI}/project/lamp/") is None
    assert tag_of("https://packagist.org/packages/acme/7zip") is None
    assert tag_of("https://acme.dev/releases/tag/v2") is None
