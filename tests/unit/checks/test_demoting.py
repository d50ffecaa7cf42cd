"""A check that editors wave away becomes a note and says so; those that guard law or quotation never do."""

import pytest
from tests.unit.checks.lantern import GROUNDS, make_dossier, make_opinion, make_persona

from panel.checks import CHECKS, check_review, standing_grounds
from panel.checks.demoting import NEVER_DEMOTED, demoted
from panel.checks.table import flag
from panel.records import Flag


def one(check: str) -> Flag:
    return flag(check, "dx", "quote", "It is so.")


def test_over_four_in_five_dismissed_of_fifty_is_a_note_that_says_why():
    (found,) = demoted([one("praise")], {"praise": (41, 50)})
    assert found.severity == "note"
    assert found.message == "It is so. Only a note: editors dismissed 41 of the last 50 such flags."


@pytest.mark.parametrize("share", [(40, 50), (49, 49), (0, 0), (100, 125)])
def test_four_in_five_or_fewer_than_fifty_change_nothing(share):
    assert demoted([one("praise")], {"praise": share}) == (one("praise"),)


@pytest.mark.parametrize("check", sorted(NEVER_DEMOTED))
def test_what_guards_law_or_quotation_keeps_its_severity(check):
    assert demoted([one(check)], {check: (1000, 1000)}) == (one(check),)
    assert CHECKS[check].severity == "high"
    assert NEVER_DEMOTED[check].endswith(".")


def test_no_dismissal_makes_a_void_ground_stand():
    grounds = (
        GROUNDS[0].model_copy(update={"passage_id": "S9.9"}),
        GROUNDS[1].model_copy(update={"excerpt": "no such words anywhere in it"}),
        GROUNDS[2].model_copy(update={"excerpt": "free"}),
    )
    opinion = make_opinion(grounds=grounds)
    flags = check_review(make_dossier(), [make_persona()], [opinion])
    lowered = demoted(flags, dict.fromkeys(CHECKS, (1000, 1000)))
    assert standing_grounds(opinion, lowered) == standing_grounds(opinion, flags) == ()


def test_a_note_stays_as_it_is():
    assert demoted([one("quote_off_aim")], {"quote_off_aim": (60, 60)}) == (one("quote_off_aim"),)
