"""How far a share of so few votes can be trusted."""

from collections.abc import Sequence

from panel.records import Interval, Rho


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

    ship, voting: head counts, 0 <= ship <= voting. effective: what the votes are worth, > 0. Shares in 0..1.
    Not a statement about the tool: jurors share blind spots, and rho is assumed.

    Jeffreys interval on the effective counts; by its authors' convention the low end is 0 when nobody ships and the
    high end 1 when everybody does. Source: Brown, Cai, DasGupta, Statistical Science 16(2), 2001, pp. 101-133.
    """
    if voting == 0:
        return None
    from scipy.special import betaincinv  # 0.3 s to import; only a count of votes needs it

    shipped = ship / voting * effective
    tail = (1 - level) / 2
    a, b = shipped + 0.5, effective - shipped + 0.5
    low = 0.0 if ship == 0 else float(betaincinv(a, b, tail))
    high = 1.0 if ship == voting else float(betaincinv(a, b, 1 - tail))
    return Interval(low=low, high=high, effective=effective, level=level)
