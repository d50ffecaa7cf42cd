"""robots.txt: read, obeyed, and never trusted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.dossier.fetch.fetch_errors import FetchRefused
from panel.dossier.fetch.policy import FetchPolicy, user_agent
from panel.dossier.fetch.robots import MOST_BYTES, Robots, read_manners
from panel.dossier.fetch.url import FetchTarget, read_target

RULES = FetchPolicy(pace_s=1.0, most_crawl_delay_s=10.0)
PAGE = "https://acme.example/pricing"


class File:
    """A robots.txt that counts how often it is asked for."""

    def __init__(self, text: str = "", status: int = 200) -> None:
        self.text = text
        self.status = status
        self.asked: list[str] = []

    async def read(self, target: FetchTarget) -> tuple[int, bytes]:
        self.asked.append(target.origin)
        return self.status, self.text.encode()


async def ask(file: File, url: str = PAGE) -> float:
    return await Robots(RULES, file.read).ask(read_target(url, RULES))


@pytest.mark.parametrize(
    "text",
    [
        "User-agent: *\nDisallow: /",
        "User-agent: review-panel\nDisallow: /pricing",
        "User-Agent: REVIEW-PANEL\nDisallow: /pricing$",
        "User-agent: *\nAllow: /\n\nUser-agent: review-panel\nDisallow: /",
        "User-agent: *\nDisallow: /*ing",
        "User-agent: *\nAllow: /p\nDisallow: /pric",
        "\ufeffUser-agent: *\nDisallow: /",
        "User-agent: other\nUser-agent: review-panel\nDisallow: /",
    ],
)
async def test_a_page_its_robots_file_forbids_is_refused(text: str) -> None:
    with pytest.raises(FetchRefused, match=r"robots\.txt asks us not to"):
        await ask(File(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "User-agent: *\nDisallow:",
        "User-agent: other\nDisallow: /",
        "User-agent: *\nDisallow: /\n\nUser-agent: review-panel\nAllow: /",
        "User-agent: *\nDisallow: /\nAllow: /pricing",
        "<!doctype html><html><body>Disallow nothing</body></html>",
        "User-agent: *\nDisallow: /pricing/",
    ],
)
async def test_a_page_its_robots_file_allows_is_fetched(text: str) -> None:
    assert await ask(File(text)) == 1.0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
async def test_a_missing_robots_file_allows_everything(status: int) -> None:
    assert await ask(File("User-agent: *\nDisallow: /", status)) == 1.0


@pytest.mark.parametrize("status", [429, 500, 502, 503, 599, 304])
async def test_a_failing_robots_file_forbids_everything(status: int) -> None:
    with pytest.raises(FetchRefused, match=f"robots.txt answers {status}, which counts as a no"):
        await ask(File(status=status))


async def test_a_robots_file_that_leads_somewhere_refused_forbids_everything() -> None:
    async def read(target: FetchTarget) -> tuple[int, bytes]:
        raise FetchRefused("http://10.0.0.1/", "it is a private address", rule="address")

    with pytest.raises(FetchRefused, match=r"can't be read \(it is a private address\), which counts as a no"):
        await Robots(RULES, read).ask(read_target(PAGE, RULES))


async def test_a_site_is_asked_once_and_each_site_for_itself() -> None:
    file = File()
    robots = Robots(RULES, file.read)
    for url in (PAGE, "https://acme.example/docs", "http://acme.example/", "https://docs.acme.example/"):
        await robots.ask(read_target(url, RULES))
    assert file.asked == ["https://acme.example", "http://acme.example", "https://docs.acme.example"]


@pytest.mark.parametrize(
    ("line", "delay"),
    [
        ("Crawl-delay: 3", 3.0),
        ("Crawl-delay: 0.1", 1.0),  # our own pace is the least
        ("Crawl-delay: 86400", 10.0),  # the ceiling
        ("Crawl-delay: inf", 1.0),
        ("Crawl-delay: nan", 1.0),
        ("Crawl-delay: -5", 1.0),
        ("Crawl-delay: soon", 1.0),
        ("Request-rate: 1/5", 5.0),
        ("Request-rate: 0/5", 1.0),
    ],
)
async def test_a_crawl_delay_is_kept_between_our_pace_and_the_ceiling(line: str, delay: float) -> None:
    assert await ask(File(f"User-agent: *\n{line}")) == delay


@given(st.binary(max_size=500) | st.text(max_size=500).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_a_robots_file(body: bytes) -> None:
    assert read_manners(body).allows(PAGE) in (True, False)


@given(st.lists(st.sampled_from(["User-agent: *", "User-agent: review-panel", "Disallow: /", "Allow: /a*$", "Disallow", ":", "Crawl-delay: 1e999", "Request-rate: 1/0"]), max_size=12))  # fmt: skip
def test_any_order_of_lines_is_a_robots_file(lines: list[str]) -> None:
    assert read_manners("\n".join(lines).encode()).delay_s >= 0


def numbered(text: str) -> bytes:
    """The text with {n} replaced by the line's number, as much of it as is ever read."""
    return "".join(line.replace("{n}", str(n)) + "\n" for n, line in enumerate(text.splitlines())).encode()[:MOST_BYTES]


@pytest.mark.parametrize(
    "text",
    [
        "User-agent: a{n}\n" * 10_000 + "Disallow: /b{n}\n" * 10_000,
        "user agent x{n}\n" * 10_000 + "Disallow: /b{n}\n" * 10_000,
        "user agent x{n}\nSitemap: /a\n" * 10_000 + "Disallow: /b{n}\n" * 5_000,
        "user-agent: x{n}\n# Disallow: /\n" * 10_000 + "Disallow: /b{n}\n" * 5_000,
        "Useragent x\nDisallow: /\n" * 500 + "user-agent: x{n}\n" * 15_000 + "Disallow: /b{n}\n" * 5_000,
    ],
)
def test_a_robots_file_that_would_multiply_is_not_parsed(text: str) -> None:
    manners = read_manners(numbered(text))
    assert not manners.allows(PAGE)
    assert "too tangled to read, which counts as a no" in manners.why_not


@pytest.mark.parametrize("pattern", ["/" + "*a" * 100_000, "/*a*a*a*a*a*a*b", "%" * 200_000, "/" + "*" * 200_000])
def test_wildcards_in_plenty_are_matched_without_going_back(pattern: str) -> None:
    """With regular expressions this would take longer than the universe has; the test ends, or it does not."""
    body = numbered(f"User-agent: *\nDisallow: {pattern}\n" + f"Disallow: {pattern[:30]}b\n" * 5_000)
    assert read_manners(body).allows("https://acme.example/" + "a" * 2000) in (True, False)


def test_a_long_list_of_robots_each_with_its_rules_is_read() -> None:
    text = "".join(f"User-agent: bot{n}\nDisallow: /\n\n" for n in range(5_000))
    assert read_manners(text.encode()).allows(PAGE)
    assert not read_manners(text.encode() + b"User-agent: review-panel\nDisallow: /pricing\n").allows(PAGE)


def test_a_contact_that_would_break_the_header_is_refused() -> None:
    assert user_agent("https://paper.example/bot").endswith("(+https://paper.example/bot)")
    for contact in ("", "a b", "a)", "a\r\nX: y", "ä", "a" * 300):
        with pytest.raises(ValueError, match="must be one address"):
            user_agent(contact)


def test_a_name_with_a_version_is_meant_for_us() -> None:
    assert not read_manners(b"User-agent: review-panel/1.0\nDisallow: /pricing").allows(PAGE)
    assert read_manners(b"User-agent: other/1.0\nDisallow: /pricing").allows(PAGE)
