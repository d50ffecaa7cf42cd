import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.dossier.clean_text import clean, one_line
from panel.dossier.identity.address import tidy_address


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert one_line(one_line(text)) == one_line(text)


@given(st.text(alphabet=st.characters(categories=("Cf", "Cc", "Cs"))))
def test_no_format_or_control_character_is_left_but_tab_and_line_end(text: str) -> None:
    left = {c for c in clean(f"a{text}b") if unicodedata.category(c) in ("Cf", "Cc", "Cs")}
    assert left <= {"\t", "\n", "\u0600", "\u0601", "\u0602", "\u0603", "\u0604", "\u0605", "\u06dd", "\u070f", "\u0890",
                    "\u0891", "\u08e2", "\U000110bd", "\U000110cd", *map(chr, range(0x13430, 0x13440))}  # fmt: skip


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("hidden", "seen"),
    [
        ("ig\u200bnore\ufeff", "ignore"),
        ("a\u202egnp.exe\u202c", "agnp.exe"),
        ("ok\U000e0069\U000e0067", "ok"),
        ("a\ufe0fb\U000e0101", "ab"),
        ("soft\u00adware", "software"),
        ("\uff21\uff43\uff4d\uff45", "Acme"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("5\u00a0GB", "5 GB"),
        ("half \ud83d pair", "half  pair"),
    ],
)
def test_what_nobody_can_see_goes_and_look_alikes_become_one(hidden: str, seen: str) -> None:
    assert clean(hidden) == seen


@pytest.mark.parametrize(
    ("given_", "tidy"),
    [
        ("", ""),
        ("acme.dev", "https://acme.dev"),
        ("HTTPS://Acme.DEV/Docs/?utm_source=a&q=1&fbclid=x#top", "https://acme.dev/Docs/?q=1"),
        ("http://acme.dev/", "http://acme.dev"),
        ("https://acme.dev/a;jsessionid=9?sid=4", "https://acme.dev/a"),
        ("localhost:8000/x", "https://localhost:8000/x"),
        ("https://acme.dev/a b", "https://acme.dev/a%20b"),
        ("https://acme.dev/a%20b?x=%C3%BC", "https://acme.dev/a%20b?x=%C3%BC"),
        ("acme.dev:8443/x", "https://acme.dev:8443/x"),
    ],
)
def test_addresses_lose_what_changes_from_visit_to_visit(given_: str, tidy: str) -> None:
    assert tidy_address(given_) == tidy
    assert tidy_address(tidy) == tidy


@pytest.mark.parametrize(
    "bad", ["ftp://acme.dev", "javascript:alert(1)", "mailto:a@b.de", "acme", "https://", "a b.c", "https://u:p@x.de"]
)
def test_what_is_no_web_address_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="not a web address"):
        tidy_address(bad)
