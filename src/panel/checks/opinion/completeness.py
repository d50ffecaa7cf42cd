"""Was everything given that was asked for? Words, and the persona's own questions."""

from collections import Counter
from collections.abc import Iterator

from panel.checks.case import Case
from panel.checks.catalogue import flag
from panel.records import Flag


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
            yield _on(case, "missing_ask", f"The question {ask_id!r} was not answered.", ask_id)
    for ask_id, times in given.items():
        if ask_id not in asked:
            yield _on(case, "unknown_ask", f"{ask_id!r} is no question this persona was asked.", ask_id)
        elif times > 1:
            yield _on(case, "repeated_ask", f"The question {ask_id!r} was answered {times} times.", ask_id)


def _on(case: Case, check: str, message: str, excerpt: str) -> Flag:
    return flag(check, case.persona_id, "answers", message, excerpt=excerpt)
