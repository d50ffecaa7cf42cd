"""One Chromium a file, and drafts made once for all of them."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.browser import open_chromium
from tests.support.desk_windows import Seeds


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_chromium() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Seeds:
    return Seeds(tmp_path_factory.mktemp("seeds"))
