"""How many independent votes a panel is worth, and how far a share of so few votes can be trusted."""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from functools import lru_cache

from panel.records import Interval, Rho

HALF = Decimal("0.5")


def effective_jurors(families: Sequence[str], rho: Rho) -> float:
    """How many independent votes these are worth: k^2 / (k + sum of rho over ordered pairs), 1 <= result <= k.

    families: whose model each voting juror sat on, one entry a vote, at least one. With one rho for every pair this is
    Kish's k / (1 + (k - 1) rho).
    Source: Kish, Survey Sampling, 1965, section 5.4 (design effect), taken pair by pair.
    """
    k = len(families)
    if k == 0:
        raise ValueError("no votes: nothing to weigh")
    together = sum(
        rho.same_family if one == other else rho.across_families
        for i, one in enumerate(families)
        for j, other in enumerate(families)
        if i != j
    )
    return k * k / (k + together)


def ship_interval(ship: int, voting: int, *, effective: float, level: float = 0.95) -> Interval | None:
    """Range that plausibly holds the panel's true ship share; None when nobody voted, which is not "0 % ship".

    ship, voting: head counts, 0 <= ship <= voting. effective: what the votes are worth, > 0. level: between 0 and 1,
    neither included. Shares in 0..1.
    Not a statement about the tool: jurors share blind spots, and rho is assumed.

    Jeffreys interval on the effective counts; by its authors' convention the low end is 0 when nobody ships and the
    high end 1 when everybody does. Source: Brown, Cai, DasGupta, Statistical Science 16(2), 2001, pp. 101-133.
    """
    if voting == 0:
        return None
    shipped = ship / voting * effective
    tail = (1 - level) / 2
    a, b = shipped + 0.5, effective - shipped + 0.5
    low = 0.0 if ship == 0 else beta_quantile(tail, a, b)
    high = 1.0 if ship == voting else beta_quantile(1 - tail, a, b)
    return Interval(low=low, high=high, effective=effective, level=level)


@lru_cache(maxsize=1024)  # a batch counts the same few panels over and over
def beta_quantile(p: float, a: float, b: float) -> float:
    """The share below which a beta distribution has the mass p; 0 < p < 1, a > 0, b > 0.

    The nearest float, on every machine: a record's hash covers it, and the `pow` of C libraries differs in last digits.
    With 40 digits no cancellation reaches those. Takes 1 to 4 ms for a panel of twenty, 8 for one of a thousand.
    """
    with localcontext(prec=40):
        low, high, share = Decimal(a), Decimal(b), Decimal(p)
        below, above = _mass_below(HALF, low, high), _mass_below(HALF, high, low)
        if share * (below + above) <= below:
            return float(_quantile_below_half(share * (below + above), low, high))
        return float(1 - _quantile_below_half((1 - share) * (below + above), high, low))


def _quantile_below_half(mass: Decimal, a: Decimal, b: Decimal) -> Decimal:
    """Newton's method on the logarithm of the mass over the logarithm of x, which is close to a straight line.

    It begins where x^a / a, the mass near 0, is the one wanted.
    """
    x = min((mass * a) ** (1 / a), HALF)
    for _ in range(100):  # under 10 for a panel of twenty, 22 were the most seen
        below = _mass_below(x, a, b)
        step = (mass / below) ** (below / (x**a * (1 - x) ** (b - 1)))
        x *= step
        if abs(step - 1) < Decimal("1e-12"):  # the error left is about the square of this
            return x
    raise ArithmeticError(f"no quantile found at mass {mass}, a {a}, b {b}")


def _mass_below(x: Decimal, a: Decimal, b: Decimal) -> Decimal:
    """The integral of t^(a-1) (1-t)^(b-1) from 0 to x, for x up to a half, where each term tends to half of the last.

    Source: DLMF 8.17.8, https://dlmf.nist.gov/8.17.E8; all terms are positive.
    """
    total, term, k = Decimal(0), x**a * (1 - x) ** b / a, 1
    while total + term > total:
        total += term
        term *= x * (a + b + k - 1) / (a + k)
        k += 1
    return total
