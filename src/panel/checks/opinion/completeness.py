"""Was everything given that was asked for: words, the persona's own questions, a prediction that can be scored?"""

import re
from calendar import monthrange
from collections import Counter
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


def check_words(case: Case) -> Iterator[Flag]:
    """No field a reader sees is empty."""
    for prose in (*case.sentences, *case.phrases):
        if not prose.text:
            yield case.on(prose, "missing_words", f"{prose.named} is empty.", "")


def check_asks(case: Case) -> Iterator[Flag]:
    """Each of the persona's own questions answered once, and no other."""
    if case.written is None:
        return
    asked = [ask.ask_id for ask in case.persona.asks]
    given = Counter(reply.ask_id for reply in case.written.replies)
    filled = {reply.ask_id for reply in case.written.replies if reply.answer.strip()}
    for ask_id in asked:
        if ask_id not in filled:
            yield _on(case, "missing_ask", f"The question {ask_id!r} was not answered.", ask_id, "answers")
    for ask_id, times in given.items():
        if ask_id not in asked:
            yield _on(case, "unknown_ask", f"{ask_id!r} is no question this persona was asked.", ask_id, "answers")
        elif times > 1:
            yield _on(case, "repeated_ask", f"The question {ask_id!r} was answered {times} times.", ask_id, "answers")


def check_prediction(case: Case) -> Iterator[Flag]:
    """A dated, numbered prediction from who is asked for one, and from nobody else."""
    if case.written is None:
        return
    prediction = case.written.prediction
    if prediction is None:
        if case.persona.predicts:
            yield _on(case, "missing_prediction", "This persona is asked for a prediction and gave none.")
        return
    if not case.persona.predicts:
        yield _on(case, "unasked_prediction", "This persona is not asked for predictions.", prediction.statement)
    yield from _due(case, prediction)
    if not PROBABILITY[0] <= prediction.probability <= PROBABILITY[1]:
        message = f"The probability is {prediction.probability:g}; 0.05 to 0.95 can be scored fairly."
        yield _on(case, "prediction_probability", message)
    if not any(f.kind in ("number", "price") for f in read_facts(normalise(prediction.statement)).found):
        yield _on(case, "prediction_without_measure", "The statement has no number.", prediction.statement)
    if not is_public_address(prediction.settled_at):
        message = f"{prediction.settled_at!r} is no public http(s) address."
        yield _on(case, "prediction_address", message, prediction.settled_at)


def _due(case: Case, prediction: Prediction) -> Iterator[Flag]:
    day = read_day(prediction.resolve_by)
    as_of = case.dossier_index.dossier.as_of
    if day is None:
        message = f"{prediction.resolve_by!r} is no day written YYYY-MM-DD."
        yield _on(case, "prediction_without_date", message, prediction.resolve_by)
    elif not months_after(as_of, HORIZON_MONTHS[0]) <= day <= months_after(as_of, HORIZON_MONTHS[1]):
        message = f"{day} is not 3 to 24 months after {as_of}."
        yield _on(case, "prediction_horizon", message, prediction.resolve_by)


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
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


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
    inside = labels[-1].isdigit() or labels[-1] in ("local", "localhost", "internal")
    public = len(labels) > 1 and all(labels) and not inside
    return parts.scheme in ("http", "https") and public and "@" not in parts.netloc


def _on(case: Case, check: str, message: str, excerpt: str = "", field: str = "prediction") -> Flag:
    return flag(check, case.persona_id, field, message, excerpt=excerpt)
