"""What the desk's rows teach: statistics, and pairs of what was written and what was printed."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from panel.desk.opened import read_review
from panel.desk.points import shown
from panel.desk.stats import Finished, Stats, claims_of, prompt_version, stats_of
from panel.desk.text import as_printed
from panel.records import Answered, Review, Written
from panel.records.desk import EditedWords
from panel.store.desk import DeskStore
from panel.store.desk_accounts import AccountRows
from panel.store.desk_stats import FinishedRows, finished, verdicts_of_editors

Json = dict[str, Any]


def read_stats(store: DeskStore) -> Stats:
    """Statistics over every approved draft."""
    names = {account.account_id: account.name for account in AccountRows(store.engine).all()}
    with store.reading() as conn:
        return stats_of((_finished(row) for row in finished(conn)), verdicts_of_editors(conn), names)


def _finished(row: FinishedRows) -> Finished:
    return Finished(read_review(row.base_json), row.revision.text, row.approval, row.decisions, row.acts)


def read_pairs(store: DeskStore, *, now: datetime) -> Iterator[Json]:
    """A claim as a model wrote it and as somebody signed it, one at a time; nothing embargoed, nothing confidential.

    Claims set aside were judged by nobody, and those of struck critics were not decided on: neither is here.
    """
    with store.reading() as conn:
        for row in finished(conn):
            one, embargo = _finished(row), row.draft.embargo_until
            if not one.review.dossier.launch.confidential and (embargo is None or embargo <= now):
                yield from _pairs(one, row.draft.draft_id)


def _pairs(one: Finished, draft_id: str) -> Iterator[Json]:
    struck = {s.persona_id for s in one.text.struck}
    for opinion in one.review.answered():
        words = one.text.words_of(opinion.juror.persona_id)
        if words and opinion.juror.persona_id not in struck:
            yield from (
                _pair(one.review, opinion, words, at, draft_id)
                for at in claims_of(opinion, words)
                if at[1] != "set_aside"
            )


def _pair(review: Review, opinion: Answered, words: EditedWords, at: tuple[int, str], draft_id: str) -> Json:
    place, became = at
    who = opinion.juror.persona_id
    wrote, printed, numbers = _both(opinion, words, place)
    cited = [ground for ground in opinion.grounds if ground.number in numbers]
    return {
        "draft_id": draft_id, "dossier": review.dossier.launch.slug, "as_of": review.dossier.as_of.isoformat(),
        "grade": review.grade, "persona_id": who, "model": opinion.juror.model, "prompt": prompt_version(review, who),
        "prompts": review.how.prompts, "schema_hash": review.how.schema_hash, "place": place,
        "verdict": opinion.verdict,
        "decision": became, "wrote": wrote, "printed": "" if became == "removed" else printed,
        "passages": [
            {"passage_id": p.passage_id, "voice": p.voice, "url": p.url, "text": p.text, "excerpts": list(p.excerpts)}
            for p in shown(review.dossier, cited)
        ],
    }  # fmt: skip


def _both(opinion: Answered, words: EditedWords, place: int) -> tuple[str, str, tuple[int, ...]]:
    """What the model wrote there, what is printed of it, and the grounds under it."""
    if not isinstance(opinion.words, Written):
        excerpt = next(g.excerpt for g in opinion.grounds if g.number == place)
        return excerpt, excerpt, (place,)
    model = opinion.words.quote[place]
    sentence = next(s for s in words.sentences if s.place == place)
    return model.text, as_printed(sentence), model.grounds if model.rests_on == "grounds" else ()
