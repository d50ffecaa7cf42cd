"""What a run ends with when nobody answered."""

import pytest

from panel.errors import ProviderBusy, ProviderError, ProviderRefused, ReplyUnusable
from panel.pipeline.run import _refuse_silence
from panel.records import Failed, Juror, Unusable

JUROR = Juror(persona_id="skeptic", model="fake/x", family="x")
UNUSABLE = Unusable(juror=JUROR, why="No JSON.")
FAILED = Failed(juror=JUROR, why="It failed.")
STOPPED = ProviderRefused("Not asked: fake/x gave 2 answers in a row that are not JSON.", stops_model=True)


@pytest.mark.parametrize(
    ("failures", "code"), [([STOPPED], 4), ([STOPPED, ProviderBusy("The server is down.")], 3)]
)  # fmt: skip
def test_who_was_not_asked_for_unreadable_answers_makes_no_server_failure(
    failures: list[ProviderError], code: int
) -> None:
    with pytest.raises((ReplyUnusable, ProviderError)) as caught:
        _refuse_silence([UNUSABLE, FAILED], failures)
    assert caught.value.exit_code == code


def test_a_model_that_was_stopped_before_this_launch_is_a_servers_failure() -> None:
    with pytest.raises(ProviderRefused):
        _refuse_silence([FAILED], [STOPPED])
