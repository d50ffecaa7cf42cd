"""Addresses read strictly: one meaning or none."""

import ipaddress
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.web.hostile import REDIRECTS

from panel.dossier.fetch.fetch_errors import FetchRefused, shown
from panel.dossier.fetch.policy import FetchPolicy
from panel.dossier.fetch.url import follow, read_target

RULES = FetchPolicy()
PUBLIC_NAMES = ("acme.example", "www.acme.example", "my_app.acme.example", "xn--bcher-kva.example", "93.184.215.14")


@pytest.mark.parametrize("name", PUBLIC_NAMES)
def test_an_ordinary_address_is_read(name: str) -> None:
    target = read_target(f"https://{name}/pricing?plan=team#top", RULES)
    assert (target.scheme, target.host, target.port, target.path) == ("https", name, 443, "/pricing?plan=team")
    assert target.url == f"https://{name}/pricing?plan=team"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("HTTPS://ACME.Example", "https://acme.example/"),
        ("https://acme.example.", "https://acme.example/"),
        ("https://acme.example:443/a", "https://acme.example/a"),
        ("http://acme.example:443/a", "http://acme.example:443/a"),
        ("https://bücher.example/käse und brot", "https://xn--bcher-kva.example/k%C3%A4se%20und%20brot"),
        ("https://acme.example/a/../b/./c", "https://acme.example/b/c"),
        ("https://acme.example/open/%2e%2E/private", "https://acme.example/private"),
        ("https://acme.example/../../etc/passwd", "https://acme.example/etc/passwd"),
        ("https://acme.example?q=1", "https://acme.example/?q=1"),
        ("https://[2606:4700::0001]/", "https://[2606:4700::1]/"),
        ("  https://acme.example/a  ", "https://acme.example/a"),
    ],
)
def test_an_address_is_written_in_one_way(written: str, read: str) -> None:
    assert read_target(written, RULES).url == read
    assert read_target(read, RULES).url == read


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("ftp://acme.example/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("acme.example/page", "address_form"),
        ("", "address_form"),
        ("http:acme.example", "address_form"),
        ("http:/acme.example", "address_form"),
        ("http://", "host_form"),
        ("http://acme..example/", "host_form"),
        ("http://-acme.example/", "host_form"),
        ("http://acme.example:80:80/", "host_form"),
        ("http://acme.example:+80/", "host_form"),
        ("http://acme.example:８０/", "host_form"),
        ("http://[::1/", "host_form"),
        ("http://[12345::]/", "host_form"),
        ("http://[v1.a]/", "host_form"),
        ("http://" + "a" * 64 + ".example/", "host_form"),
        ("http://" + "a." * 150 + "example/", "host_form"),
        ("https://me:secret@acme.example/", "credentials"),
        ("https://acme.example:8080/", "port"),
        ("https://acme.example:25/", "port"),
        ("http://1.2.3/", "notation"),
        ("http://1.2.3.4.5/", "notation"),
        ("http://1.2.3.256/", "notation"),
        ("http://acme.0x10/", "notation"),
        ("http://intranet/", "inside_name"),
        ("http://acme.example\r\nHost: inside/", "address_form"),
        ("http://acme.example/\x00", "address_form"),
        ("http://acme.example/\u202egnp.exe", "address_form"),
        ("http://acme.example/\ud800", "address_form"),
        ("http://acme.example/" + "a" * 3000, "address_form"),
    ],
)
def test_an_address_with_two_meanings_or_none_is_refused(url: str, rule: str) -> None:
    with pytest.raises(FetchRefused) as refused:
        read_target(url, RULES)
    assert refused.value.rule == rule


def test_a_refusal_never_shows_a_password_or_a_query() -> None:
    with pytest.raises(FetchRefused) as refused:
        read_target("https://admin:hunter2@acme.example/?token=s3cret", RULES)
    assert "hunter2" not in str(refused.value)
    assert "s3cret" not in str(refused.value)


def test_a_redirect_is_read_relative_to_the_page_that_sent_it() -> None:
    page = read_target("https://acme.example/a/b", RULES)
    assert follow(page, ["../pricing"], RULES).url == "https://acme.example/pricing"
    assert follow(page, ["//docs.acme.example/"], RULES).url == "https://docs.acme.example/"
    assert follow(page, ["?page=2"], RULES).url == "https://acme.example/a/b?page=2"


def test_a_redirect_from_https_to_http_is_refused() -> None:
    with pytest.raises(FetchRefused, match="from https to http"):
        follow(read_target("https://acme.example/", RULES), ["http://acme.example/"], RULES)


@pytest.mark.parametrize("switch", ["10.0.0.1:80", "127.0.0.1", "acme.example:80", "0.0.0.0:80", "127.0.0.2:80", "*"])
def test_the_test_switch_admits_nothing_but_loopback(switch: str) -> None:
    with pytest.raises(ValueError, match="must be 127"):
        FetchPolicy(allow_loopback=switch)


def test_the_test_switch_admits_one_host_and_port() -> None:
    rules = FetchPolicy(allow_loopback="127.0.0.1:8123")
    assert read_target("http://127.0.0.1:8123/a", rules).admitted
    for other in ("http://127.0.0.1/", "http://127.0.0.1:443/", "http://93.184.215.14/"):
        assert not read_target(other, rules).admitted
    for other in ("http://127.0.0.1:8124/", "http://127.0.0.2:8123/", "http://localhost:8123/", "http://[::1]:8123/"):
        with pytest.raises(FetchRefused):
            read_target(other, rules)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_one_short_plain_sentence(text: str) -> None:
    for url in (text, f"http://{text}", f"https://acme.example/{text}", f"http://{text}.example:80/"):
        try:
            target = read_target(url, RULES)
        except FetchRefused as err:
            assert str(err).isprintable()
            assert str(err).isascii()
            assert len(str(err)) < 400
        else:
            assert target.url.isascii()
            assert target.url.isprintable()
            assert " " not in target.url


@given(st.text(max_size=40), st.sampled_from(["/", ":80/", "@", "#", "?", "\\", ".", ""]))
def test_what_is_read_names_the_same_host_to_another_parser(host: str, after: str) -> None:
    try:
        target = read_target(f"http://{host}{after}x", RULES)
    except FetchRefused:
        return
    assert urlsplit(target.url).hostname == target.host
    assert urlsplit(target.url).username is None


@given(st.ip_addresses())
def test_an_address_as_a_host_is_read_as_that_address(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    target = read_target(f"http://[{address}]/" if address.version == 6 else f"http://{address}/", RULES)
    assert target.is_literal
    assert ipaddress.ip_address(target.host) == address


@given(st.text())
def test_an_address_is_shown_short_and_escaped(text: str) -> None:
    assert shown(text).isascii()
    assert shown(text).isprintable()
    assert len(shown(text)) <= 120


def test_the_hostile_redirects_are_each_different() -> None:
    assert len(set(REDIRECTS.values())) == len(REDIRECTS) > 70
