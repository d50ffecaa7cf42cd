"""Can a prediction be settled and scored? Its day, number, probability and address."""

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

from panel.checks.case import Case
from panel.checks.catalogue import flag
from panel.checks.language.compared_text import normalise
from panel.checks.language.mentions import read_facts
from panel.records import Flag, Prediction

HORIZON_MONTHS = (3, 24)
PROBABILITY = (0.05, 0.95)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def check_prediction(case: Case) -> Iterator[Flag]:
    """A dated, numbered prediction from who is asked for one, and from nobody else."""
    if case.written is None:
        return
    prediction = case.written.prediction
    if prediction is None:
        if case.persona.predicts:
            yield _predicted(case, "missing_prediction", "This persona is asked for a prediction and gave none.")
        return
    if not case.persona.predicts:
        yield _predicted(case, "unasked_prediction", "This persona is not asked for predictions.", prediction.statement)
    yield from _due(case, prediction)
    if not PROBABILITY[0] <= prediction.probability <= PROBABILITY[1]:
        message = f"The probability is {prediction.probability:g}; 0.05 to 0.95 can be scored fairly."
        yield _predicted(case, "prediction_probability", message)
    if not any(f.kind in ("number", "price") for f in read_facts(normalise(prediction.statement)).found):
        yield _predicted(case, "prediction_without_measure", "The statement has no number.", prediction.statement)
    if not is_public_address(prediction.settled_at):
        message = f"{prediction.settled_at!r} is no public http(s) address."
        yield _predicted(case, "prediction_address", message, prediction.settled_at)


def _due(case: Case, prediction: Prediction) -> Iterator[Flag]:
    day = read_day(prediction.resolve_by)
    as_of = case.dossier_index.dossier.as_of
    if day is None:
        message = f"{prediction.resolve_by!r} is no day written YYYY-MM-DD."
        yield _predicted(case, "prediction_without_date", message, prediction.resolve_by)
    elif not months_after(as_of, HORIZON_MONTHS[0]) <= day <= months_after(as_of, HORIZON_MONTHS[1]):
        message = f"{day} is not 3 to 24 months after {as_of}."
        yield _predicted(case, "prediction_horizon", message, prediction.resolve_by)


def read_day(text: str) -> date | None:
    """The calendar day of `YYYY-MM-DD`, None for anything else, 30 February included."""
    if not _ISO_DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")


def is_public_address(text: str) -> bool:
    """Whether anyone could open it: http or https, a host with a dot that is no bare IP address, no user name."""
    if text != text.strip() or " " in text or not text.isprintable():
        return False
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return False
    labels = host.split(".")
    public = (
        len(labels) > 1
        and all(labels)
        and not labels[-1].isdigit()
        and labels[-1] not in ("local", "localhost", "internal")
    )
    return parts.scheme in ("http", "https") and public and "@" not in parts.netloc


def _predicted(case: Case, check: str, message: str, excerpt: str = "") -> Flag:
    return flag(check, case.persona_id, "prediction", message, excerpt=excerpt)
