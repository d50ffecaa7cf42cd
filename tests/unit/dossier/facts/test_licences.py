from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.dossier.facts.licences import is_open, licence_of_label, licence_of_text, licence_said, licence_tags

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize(
    ("said", "licence"),
    [
        ("MIT", "MIT"), ("MIT License (MIT)", "MIT"), ("mit or apache-2.0", "MIT OR Apache-2.0"),
        ("MIT/Apache-2.0", "MIT OR Apache-2.0"), ("Apache License, Version 2.0", "Apache-2.0"),
        ("BSD 3-Clause License", "BSD-3-Clause"), ("GNU General Public License v3.0", "GPL-3.0-only"),
        ("GPLv3 or later", "GPL-3.0-or-later"), ("AGPL-3.0", "AGPL-3.0-only"), ("LGPL 2.1", "LGPL-2.1-only"),
        ("https://opensource.org/licenses/MIT", "MIT"), ("https://spdx.org/licenses/ISC.html", "ISC"),
        ("https://www.apache.org/licenses/LICENSE-2.0", "Apache-2.0"), ("Proprietary", "proprietary"),
        ("Business Source License 1.1", "BUSL-1.1"), ("all rights reserved", "proprietary"),
        ("See LICENSE", ""), ("", ""), ("commercial or free", ""), ("submit", ""), ("LicenseRef-x", ""),
    ],
)  # fmt: skip
def test_short_statements_become_spdx(said: str, licence: str) -> None:
    assert licence_of_label(said) == licence


@pytest.mark.parametrize(
    ("sentence", "licence"),
    [
        ("Acme is released under the MIT license.", "MIT"),
        ("Licensed under either of Apache License, Version 2.0 or MIT license at your option.", "Apache-2.0 OR MIT"),
        ("Acme wird veröffentlicht unter der GPL 3", "GPL-3.0-only"),
        ("Le code est distribué sous licence MIT", "MIT"),
        ("Acme is MIT licensed", "MIT"),
        ("It bundles a font, which is released under the MIT license.", ""),
        ("Our client libraries are MIT licensed.", ""),
        ("The server is not released under the MIT license.", ""),
        ("Acme is proprietary software.", "proprietary"),
        ("We commit to an open process.", ""),
    ],
)
def test_a_sentence_speaks_of_its_own_subject_or_is_left_alone(sentence: str, licence: str) -> None:
    assert licence_said(sentence) == licence


def test_our_own_licence_file_is_told() -> None:
    assert licence_of_text((ROOT / "LICENSE").read_text(encoding="utf-8")) == "Apache-2.0"


def test_tags_are_read_with_their_words() -> None:
    tag = "SPDX-License-Identifier: MIT OR Apache-2.0"
    assert list(licence_tags(f"// {tag}\nfn main() {{}}")) == [("MIT OR Apache-2.0", tag)]
    assert list(licence_tags("SPDX-License-Identifier: whatever we like")) == []


@pytest.mark.parametrize(("licence", "open_"), [("MIT", True), ("MIT OR proprietary", True), ("BUSL-1.1", False), ("proprietary", False), ("", False)])  # fmt: skip
def test_source_one_may_read_is_not_yet_open(licence: str, open_: bool) -> None:
    assert is_open(licence) is open_


@given(st.text(max_size=500))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert isinstance(licence_of_label(text) + licence_of_text(text) + licence_said(text), str)


@pytest.mark.parametrize(
    ("said", "licence"),
    [
        ("and/or distribute this software for any purpose with or without fee is hereby granted.", "0BSD"),
        ("and distribute this software for any purpose with or without fee is hereby granted, provided that the above"
         " copyright notice and this permission notice appear in all copies.", "ISC"),
    ],
)  # fmt: skip
def test_a_licence_without_a_notice_to_keep_is_not_isc(said: str, licence: str) -> None:
    assert licence_of_text(f"Permission to use, copy, modify, {said}") == licence
