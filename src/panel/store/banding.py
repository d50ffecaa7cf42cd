"""Which past texts may be near a text, as numbers an index can hold: MinHash bands (LSH).

Two texts share a band when all its minima are the same. With j the Jaccard similarity of their runs of letters, they
share at least one of b bands of r minima with probability 1 - (1 - j^r)^b. Chosen by benchmarks/prose.py; a test holds
the numbers, since a database full of bands of another recipe would find nothing.
"""

import zlib
from collections.abc import Sequence

RUN = 5  # letters
BANDS, ROWS = 12, 4
SEED = 1
_GOLDEN = 0x9E3779B97F4A7C15  # odd, bits well spread
_WEIGHTS = [pow(_GOLDEN, i + 1, 2**64) for i in range(BANDS * ROWS)]  # a sum by weights tells bands apart (multilinear)


def bands_of(texts: Sequence[str]) -> list[tuple[int, ...]]:
    """The bands of each text, as signed 64-bit numbers; () for a text shorter than one run."""
    import numpy as np
    from datasketch import MinHash  # half a second: it brings scipy's integrals

    runs = [_runs(text) for text in texts]
    prints = MinHash.generator(runs, num_perm=BANDS * ROWS, seed=SEED, hashfunc=zlib.crc32, scheme="affine32")
    minima = np.array([print_.hashvalues for print_ in prints], dtype=np.uint64).reshape(len(runs), BANDS, ROWS)
    weights = np.array(_WEIGHTS, dtype=np.uint64).reshape(BANDS, ROWS)
    numbers = (minima * weights).sum(axis=2, dtype=np.uint64).view(np.int64).tolist()
    return [tuple(bands) if mine else () for mine, bands in zip(runs, numbers, strict=True)]


def _runs(text: str) -> list[bytes]:
    raw = text.encode()
    return list({raw[i : i + RUN] for i in range(len(raw) - RUN + 1)})
