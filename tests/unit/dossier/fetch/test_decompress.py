"""Bodies decompressed in bounded pieces."""

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.web.hostile import bomb
from tests.support.web.ordinary import COMPRESS

from panel.dossier.fetch.decompress import INFLATERS, PIECE, Broken

HOW = tuple(COMPRESS)


def inflate(how: str, parts: Iterator[bytes] | list[bytes]) -> bytes:
    inflater = INFLATERS[how.removeprefix("raw-")]()
    whole = b"".join(piece for part in parts for piece in inflater.feed(part))
    inflater.finish()
    return whole


def cut(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


@pytest.mark.parametrize("how", HOW)
@given(body=st.binary(max_size=3000), size=st.integers(min_value=1, max_value=500), times=st.integers(1, 60))
def test_what_was_compressed_comes_back_however_it_was_cut(how: str, body: bytes, size: int, times: int) -> None:
    assert inflate(how, cut(COMPRESS[how](body * times), size)) == body * times


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("length", [PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_a_body_as_long_as_a_piece_comes_back_whole(how: str, length: int) -> None:
    assert inflate(how, [COMPRESS[how](b"a" * length)]) == b"a" * length


@pytest.mark.parametrize("how", HOW)
@given(body=st.binary(min_size=1, max_size=300), cut_off=st.integers(min_value=1, max_value=400))
def test_a_body_cut_short_is_broken(how: str, body: bytes, cut_off: int) -> None:
    whole = COMPRESS[how](body)
    with pytest.raises(Broken):
        inflate(how, [whole[: max(1, len(whole) - cut_off)]])


@pytest.mark.parametrize("how", ["gzip", "deflate", "br", "zstd"])
@given(body=st.binary(min_size=1, max_size=400))
def test_any_bytes_are_inflated_or_broken(how: str, body: bytes) -> None:
    try:
        inflate(how, [body])
    except Broken as err:
        assert str(err)


@pytest.mark.parametrize("how", ["gzip", "deflate", "zstd"])
def test_bytes_after_the_end_are_broken(how: str) -> None:
    with pytest.raises(Broken):
        inflate(how, [COMPRESS[how](b"<p>") + b"more"])
    with pytest.raises(Broken):
        inflate(how, [COMPRESS[how](b"<p>"), b"more"])


def test_two_gzip_members_are_not_read_as_one() -> None:
    with pytest.raises(Broken, match="follow the end"):
        inflate("gzip", [gzip.compress(b"a") + gzip.compress(b"b")])


@pytest.mark.parametrize("how", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_comes_in_small_pieces_and_little_memory(how: str) -> None:
    parts = cut(bomb(how), PIECE)
    tracemalloc.start()
    try:
        inflater, got, longest = INFLATERS[how](), 0, 0
        for piece in (piece for part in parts for piece in inflater.feed(part)):
            got, longest = got + len(piece), max(longest, len(piece))
            if got > 32 * 1024 * 1024:
                break
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert got > 32 * 1024 * 1024
    assert longest <= 4 * PIECE  # brotli gives what its window holds, up to twice what it is asked for
    assert peak < 2 * 1024 * 1024


def test_deflate_is_read_with_and_without_its_wrapper() -> None:
    wrapped = zlib.compress(b"<p>text</p>")
    assert inflate("deflate", cut(wrapped, 1)) == inflate("deflate", cut(wrapped[2:-4], 1)) == b"<p>text</p>"
