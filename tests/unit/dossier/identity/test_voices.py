import pytest

from panel.dossier.identity.voices import (
    NPM,
    PYPI,
    Repository,
    is_shared,
    known_as,
    maker_of,
    package_of,
    repository_of,
    site_of,
    voice_of,
)

ACME = known_as(maker_of(["https://www.acme.dev/lamp"]), "Lamp")


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://docs.acme.dev/x", "acme.dev"),
        ("https://shop.acme.co.uk", "acme.co.uk"),
        ("https://acme.github.io/lamp", "acme.github.io"),
        ("https://acme.gitbook.io/lamp", "acme.gitbook.io"),
        ("https://a.b.acme.substack.com", "acme.substack.com"),
        ("https://lamp.acme.test/x", "acme.test"),
        ("http://127.0.0.1:8017/x", "127.0.0.1:8017"),
        ("http://[::1]:8017/x", "[::1]:8017"),
        ("http://localhost:8017/x", "localhost:8017"),
        ("https://medium.com/@acme", "medium.com"),
    ],
)
def test_a_site_is_what_one_party_registers(address: str, site: str) -> None:
    assert site_of(address) == site


@pytest.mark.parametrize(
    ("address", "voice"),
    [
        ("https://acme.dev/pricing", "maker"),
        ("https://docs.acme.dev/start", "maker"),
        ("https://acme.readthedocs.io/en/latest/", "maker"),
        ("https://lamp.gitbook.io", "maker"),
        ("https://other.readthedocs.io/", "third_party"),
        ("https://github.com/acme/anything", "maker"),
        ("https://github.com/acme-labs/anything", "maker"),
        ("https://github.com/jdoe/lamp", "maker"),
        ("https://github.com/jdoe/lamp-python", "maker"),
        ("https://github.com/sqlite/sqlite", "unknown"),
        (f"https://{PYPI}/project/lamp/", "maker"),
        (f"https://www.{NPM}/package/@acme/cli", "maker"),
        (f"https://{PYPI}/project/requests/", "unknown"),
        ("https://acme.dev.evil.example/pricing", "third_party"),
        ("https://notacme.dev/", "third_party"),
        ("https://acme.org/", "third_party"),
        ("https://reviews.example/acme", "third_party"),
    ],
)
def test_whose_word_a_page_is_comes_from_its_address(address: str, voice: str) -> None:
    assert voice_of(address, ACME) == voice


@pytest.mark.parametrize(
    ("first", "name", "address"),
    [
        ("https://open-notes.dev", "Open Notes", "https://github.com/open-telemetry/collector"),
        ("https://acme.dev", "Data Lantern", "https://github.com/data-dog/agent"),
        ("https://acme.dev", "Open Source Lamp", "https://open-labs.github.io/lamp"),
    ],
)
def test_the_first_word_of_a_makers_name_makes_nobody_else_the_maker(first: str, name: str, address: str) -> None:
    """`acme-python` is named like acme; that does not make `open-telemetry` one of Open Notes."""
    assert voice_of(address, known_as(maker_of([first]), name)) != "maker"


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ("https://sites.google.com/view/alice", "https://sites.google.com/view/mallory"),
        ("https://sites.google.com/view/alice", "https://about.google.com/pricing"),
        ("https://www.notion.so/alice/Lamp-0123456789abcdef", "https://www.notion.so/mallory/Lamp-fedcba9876543210"),
        ("https://www.notion.so/product", "https://www.notion.so/mallory/Lamp-fedcba9876543210"),
        ("https://replit.com/ai", "https://replit.com/@mallory/lamp"),
        ("https://github.com/features/lamp", "https://github.com/mallory"),
        ("https://users.example.edu/~alice/", "https://users.example.edu/~mallory/"),
        ("https://alice.itch.io", "https://mallory.itch.io"),
        ("https://alice.fly.dev", "https://mallory.fly.dev"),
        ("https://alice.blogspot.com", "https://mallory.blogspot.com"),
    ],
)
def test_a_neighbour_at_one_host_is_not_the_maker(first: str, other: str) -> None:
    assert voice_of(other, known_as(maker_of([first]), "Alice")) != "maker"


def test_a_page_at_a_shared_host_makes_nobody_the_maker() -> None:
    nobody = known_as(maker_of(["https://www.producthunt.com/posts/lamp"]), "Lamp")
    assert voice_of("https://www.producthunt.com/posts/lamp", nobody) == "unknown"
    assert voice_of("https://www.producthunt.com/posts/torch", nobody) == "unknown"
    assert voice_of("https://github.com/jdoe/lamp", nobody) == "unknown"


def test_a_repositorys_owner_is_the_maker_and_nobody_else_at_that_host() -> None:
    maker = maker_of(["https://github.com/JDoe/Torch"])
    assert voice_of("https://github.com/jdoe/torch/releases", maker) == "maker"
    assert voice_of("https://github.com/someone/else", maker) == "unknown"
    assert voice_of("https://github.com/pricing", maker) == "third_party"


@pytest.mark.parametrize(
    ("address", "repository"),
    [
        ("https://github.com/Acme/Lamp.git", Repository("github.com", "acme", "lamp")),
        ("https://www.github.com/acme/lamp/tree/main", Repository("github.com", "acme", "lamp")),
        ("https://github.com/acme", None),
        ("https://github.com/features/actions", None),
        ("https://gist.github.com/acme/1", None),
        ("https://acme.dev/acme/lamp", None),
    ],
)
def test_a_repository_is_an_owner_and_a_name_at_a_code_host(address: str, repository: Repository | None) -> None:
    assert repository_of(address) == repository


def test_packages_are_known_by_their_registry() -> None:
    assert package_of(f"https://www.{NPM}/package/@acme/lamp") == "@acme/lamp"
    assert package_of("https://crates.io/crates/Lamp") == "lamp"
    assert package_of(f"https://{PYPI}/user/acme") == ""
    assert package_of("https://acme.dev/project/lamp") == ""


def test_a_site_below_a_blog_host_is_not_the_host() -> None:
    assert is_shared("https://medium.com/@acme/lamp")
    assert not is_shared("https://acme.medium.com/lamp")
    assert voice_of("https://other.medium.com/x", maker_of(["https://acme.medium.com/lamp"])) == "third_party"


@pytest.mark.parametrize(
    "address",
    [
        "https://www.notion.so",
        "https://www.notion.so/calendar",
        "https://www.notion.so/product/ai",
        "https://replit.com/ai",
        "https://blog.replit.com/agent-two",
        "https://huggingface.co/pricing",
        "https://huggingface.co/blog/open-lamp",
        "https://github.com/features/copilot",
        "https://docs.github.com/en/actions",
    ],
)
def test_a_shared_hosts_own_pages_are_its_makers(address: str) -> None:
    assert not is_shared(address)
    assert voice_of(address, maker_of([address])) == "maker"


@pytest.mark.parametrize(
    "address",
    [
        "https://www.notion.so/Lampe-0123456789abcdef0123456789abcdef",
        "https://replit.com/@jdoe/lamp",
        "https://huggingface.co/acme",
        "https://huggingface.co/spaces/acme/lamp",
        "https://huggingface.co/blog/jdoe/lamp",
        "https://github.com/acme",
        "https://gist.github.com",
        "https://dev.to/acme",
        "https://www.producthunt.com/posts/lamp",
        "https://indiehackers.com/product/lamp",
        "https://news.ycombinator.com/item?id=1",
        "https://www.reddit.com/r/lamp/comments/1",
        "https://www.youtube.com/watch?v=1",
        "https://archive.org/~acme",
    ],
)
def test_peoples_pages_at_a_shared_host_are_shared(address: str) -> None:
    assert is_shared(address)
    assert maker_of([address]) == maker_of([])
