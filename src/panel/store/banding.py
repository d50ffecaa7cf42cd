"""Which past texts may be near a text, as numbers an index can hold: MinHash bands (LSH).

Two texts share a band when all its minima are the same. With j the Jaccard similarity of their runs of letters, they
share at least one of b bands of r minima with probability 1 - (1 - j^r)^b. Chosen by benchmarks/prose.py; a test holds
the numbers, since a database full of bands of another recipe would find nothing.
"""

import hashlib
import zlib
from collections.abc import Sequence

RUN = 5  # letters
BANDS, ROWS = 12, 4
SEED = 1


def bands_of(texts: Sequence[str]) -> list[tuple[int, ...]]:
    """The bands of each text, as signed 64-bit numbers; () for a text shorter than one run."""
    from datasketch import MinHash  # half a second: it brings scipy's integrals

    runs = [_runs(text) for text in texts]
    prints = MinHash.generator(runs, num_perm=BANDS * ROWS, seed=SEED, hashfunc=zlib.crc32, scheme="affine32")
    return [
        _bands(print_.hashvalues.astype("<u4").tobytes()) if mine else ()
        for mine, print_ in zip(runs, prints, strict=True)
    ]


def _runs(text: str) -> list[bytes]:
    raw = text.encode()
    return list({raw[i : i + RUN] for i in range(len(raw) - RUN + 1)})


def _bands(minima: bytes) -> tuple[int, ...]:
    wide = 4 * ROWS
    cut = (bytes([i]) + minima[i * wide : (i + 1) * wide] for i in range(BANDS))
    return tuple(int.from_bytes(hashlib.blake2b(band, digest_size=8).digest(), "little", signed=True) for band in cut)
