from itertools import product

import pytest

from panel.dossier.products import folded_name, folded_release, plain_name, product_key, same_product
from panel.dossier.registries import PYPI
from panel.records import Launch, LaunchSource


def launch(name: str, homepage: str = "", *maker: str, release: str = "", others: tuple[str, ...] = ()) -> Launch:
    """A launch with the maker's sources at these addresses, and others' sources."""
    sources = [LaunchSource(title="Page", text="x")]
    sources += [LaunchSource(title="M", voice="maker", url=url, text="x") for url in maker]
    sources += [LaunchSource(title="T", voice="third_party", url=url, text="x") for url in others]
    return Launch(name=name, homepage=homepage, release=release, sources=tuple(sources))


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
        (launch("Lamp", "https://acme.dev/en/products/lamp-2/features"), ("site:acme.dev/lamp", "name:lamp")),
        (launch("Lamp", "https://lamp.acme.dev/docs"), ("site:lamp.acme.dev", "name:lamp")),
        (launch("Lamp", "https://docs.acme.dev/"), ("site:acme.dev", "name:lamp")),
        (launch("Lamp", "https://acme.dev/blog/announcing-lamp"), ("site:acme.dev", "name:lamp")),
        (launch("Lamp", LAMP_REPO), ("repo:github.com/acme/lamp", "name:lamp")),
        (launch("Lamp", "https://www.producthunt.com/posts/lamp"), ("name:lamp",)),
        (
            launch("Bulb", "", f"{LAMP_REPO}/tree/main/packages/bulb"),
            ("repo:github.com/acme/lamp/packages/bulb", "name:bulb"),
        ),
        (launch("Lamp", "", f"https://{PYPI}/project/lamp/"), (f"repo:{PYPI}/lamp", "name:lamp")),
        (launch("Lamp", "", others=(LAMP_REPO,)), ("name:lamp",)),
    ],
)
def test_a_product_is_found_by_repository_site_and_name(one: Launch, key: tuple[str, ...]) -> None:
    assert product_key(one) == key


SAME = {
    "two releases": (launch("Lamp 2", "https://acme.dev/"), launch("Lamp 3", "https://acme.dev")),
    "a release with its post for a homepage": (
        launch("Lamp", "https://acme.dev"),
        launch("Lamp v3", "https://acme.dev/blog/lamp-3"),
    ),
    "two spellings": (launch("Open Lamp", "https://acme.dev"), launch("OpenLamp", "https://www.acme.dev/en")),
    "a homepage and a repository": (launch("Lamp", "https://acme.dev", LAMP_REPO), launch("Lamp", LAMP_REPO)),
    "renamed, one repository": (launch("Lamp", "", LAMP_REPO), launch("Torch", "https://acme.dev", LAMP_REPO)),
    "renamed, one page": (launch("Lamp", "https://acme.dev/lamp"), launch("Torch", "https://acme.dev/lamp")),
    "moved to another domain, one repository": (
        launch("Lamp", "https://lamp.io", LAMP_REPO),
        launch("Lamp 2", "https://acme.dev", LAMP_REPO + ".git"),
    ),
    "a launch list's post": (
        launch("Lamp", "https://www.producthunt.com/posts/lamp"),
        launch("Lamp", "https://acme.dev"),
    ),
    "two folders' names, one folder": (
        launch("Bulb", "", f"{LAMP_REPO}/tree/main/packages/bulb"),
        launch("Bulb Pro", "", f"{LAMP_REPO}/tree/v2/packages/bulb/src"),
    ),
}
DIFFERENT = {
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
    "names that begin alike": (launch("Lamp", "https://acme.dev"), launch("Lampada", "https://acme.dev")),
}  # fmt: skip


@pytest.mark.parametrize("case", SAME)
def test_launches_of_one_product_meet(case: str) -> None:
    one, other = SAME[case]
    assert same_product(one, other)
    assert same_product(other, one)


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
