"""What readers get: every word of a model's on the finished page was decided by somebody, or is a quotation found."""

import html
import random
import re
from itertools import count
from typing import Any

import pytest
from tests.support.drafts import checked, ledger, quill
from tests.support.page_records import ground, review_markdown, said, trial

from panel.desk.drafts.overlay import for_readers, lay_over, start_text
from panel.desk.drafts.points import flags_of, points_of
from panel.desk.drafts.text_fields import put_text, put_words, read_field
from panel.pages import comparison_html, comparison_markdown, review_html
from panel.records import Answered, Declined, Editorial, Prediction, Reply, Review, Written
from panel.records.desk import DraftText, Point, Struck
from panel.tally import compare

MARK = re.compile(r"qz[a-z]+\d+")
SIGNED = Editorial(signed="Approved by Ann Editor, 25 Nov 2026.")
VIEWS = ("line", "for_whom", "not_for", "change_mind", "counter", "replies", "prediction")


class Planted:
    """A review in which every text of a model holds a word found nowhere else; `cites` has each sentence's excerpts."""

    def __init__(self, review: Review, tool: str) -> None:
        self.numbers, self.tool = count(), tool
        self.cites: dict[tuple[str, int], list[str]] = {}
        self.passages: list[Any] = []
        self.like = review.dossier.sources[0]
        *answering, last = review.answered()
        opinions = [self._answer(o) for o in answering]
        why = Declined(juror=last.juror, draw=last.draw, calls=last.calls, why=f"I won't: {self.mark('why')}.")
        sources = tuple(
            s.model_copy(update={"passages": (*s.passages, *self.passages)}) if s is self.like else s
            for s in review.dossier.sources
        )
        dossier = review.dossier.model_copy(update={"sources": sources})
        self.review = checked(review.model_copy(update={"dossier": dossier, "opinions": (*opinions, why)}))

    def mark(self, what: str) -> str:
        return f"qz{self.tool}{what}{next(self.numbers)}".replace("_", "")

    def _answer(self, opinion: Answered) -> Answered:
        who, side = opinion.juror.persona_id, "against" if opinion.verdict == "skip" else "for"
        kinds = {1: "found", 2: "found", 3: "invented", 4: "found", 5: "nowhere", 6: "inventedtoo"}
        excerpts = {n: f"The words of {self.mark(kind)} stand here for everybody to read." for n, kind in kinds.items()}
        grounds = tuple(
            ground(n, side, self._place(n, kinds[n], excerpts[n]), excerpts[n], f"It claims {self.mark('claim')}.")
            for n in kinds
        )
        quote = (
            said(f"It does {self.mark('sentence')}.", 1),
            said(f"It has {self.mark('sentence')}.", 3, 4),
            said(f"It feels {self.mark('view')}.", rests_on="view"),
            said(f"It was {self.mark('memory')}.", rests_on="memory"),
            said(f"It lacks {self.mark('sentence')}.", 6),
        )
        for place, sentence in enumerate(quote):
            self.cites[who, place] = [excerpts[n] for n in sentence.grounds if kinds[n] == "found"]
        asked = ["first_error", self.mark("ask")]
        words = Written(
            quote=quote, **{name: f"Words of {self.mark(name)} here." for name in VIEWS[:5]},
            replies=tuple(Reply(ask_id=ask, answer=f"Answer {self.mark('answer')}.") for ask in asked),
            prediction=Prediction(
                statement=f"It will {self.mark('statement')}.", probability=0.61, resolve_by=self.mark("day"),
                settled_at=f"https://{self.mark('host')}.example.com/{self.mark('path')}",
            ),
        )  # fmt: skip
        return opinion.model_copy(update={"words": words, "grounds": grounds})

    def _place(self, number: int, kind: str, excerpt: str) -> str:
        """Each excerpt found has a passage of its own, cited by nobody else and so printed nowhere else."""
        if kind == "nowhere":
            return f"S9.{self.mark('passage')}"
        passage_id = f"{self.like.source_id}.{len(self.passages) + 500}"
        text = excerpt if kind == "found" else "Something else stands in this passage."
        self.passages.append(self.like.passages[0].model_copy(update={"passage_id": passage_id, "text": text}))
        return passage_id


def edited(planted: Planted, draw: random.Random) -> DraftText:
    """What a desk might have made of it."""
    text = start_text(planted.review)
    for words in text.critics:
        who = words.persona_id
        standing = ["printed", "printed", "printed", "removed", "set_aside"]
        sentences = tuple(s.model_copy(update={"standing": draw.choice(standing)}) for s in words.sentences)
        views = draw.choice(["printed", "printed", "removed"])
        text = put_words(text, words.model_copy(update={"sentences": sentences, "views": views}))
        if draw.random() < 0.3:
            name = draw.choice(["0", "2", "line", "counter", "prediction", "not_for"])
            text = put_text(text, read_field(f"{who}:{name}"), f"An editor's {planted.mark('typed')}.")
        if draw.random() < 0.15:
            text = text.model_copy(update={"struck": (*text.struck, Struck(persona_id=who, reason="other"))})
    return text


def settled(planted: Planted, text: DraftText, points: tuple[Point, ...]) -> set[str]:
    """Marks that somebody who decided every point has decided of, and of quotations under sentences so decided."""
    marks: set[str] = set()
    for point in points:
        words = text.words_of(point.persona_id)
        if point.kind in ("flag", "held") or words is None:
            continue
        marks |= set(MARK.findall(point.text))
        if point.kind == "claim" and not point.field:
            marks |= set(MARK.findall(" ".join(planted.cites[point.persona_id, point.place])))
        if point.kind == "views":
            own = {p.field for p in points if p.kind == "claim" and p.persona_id == point.persona_id}
            marks |= set(MARK.findall(words.model_dump_json(include=set(VIEWS) - own)))
    return marks


def pages(planted: Planted, text: DraftText, other: Planted, others: DraftText) -> dict[str, str]:
    laid = [lay_over(p.review, t) for p, t in ((planted, text), (other, others))]
    flagged = [
        r.model_copy(update={"flags": flags_of(p.review, t)})
        for r, p, t in zip(laid, (planted, other), (text, others), strict=True)
    ]
    mine, theirs = map(for_readers, flagged)
    struck = {p.review.slug: frozenset(s.persona_id for s in t.struck) for p, t in ((planted, text), (other, others))}
    pair = compare(*laid, made=mine.made, struck=struck)
    a, b = (mine, theirs) if pair.review_a.slug == mine.slug else (theirs, mine)
    pair = pair.model_copy(update={"review_a": a, "review_b": b, "hash_a": a.review_hash, "hash_b": b.review_hash})
    return {
        "review html": review_html(mine, (), SIGNED), "review md": review_markdown(mine, (), SIGNED),
        "pair html": comparison_html(pair, (), SIGNED), "pair md": comparison_markdown(pair, (), SIGNED),
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_a_signed_page_prints_no_word_that_nobody_decided(seed: int) -> None:
    draw = random.Random(seed)
    mine, theirs = Planted(quill(), "a"), Planted(ledger(), "b")
    texts = edited(mine, draw), edited(theirs, draw)
    decided = [
        settled(p, t, points_of(p.review, t, flags_of(p.review, t), scope="p"))
        for p, t in zip((mine, theirs), texts, strict=True)
    ]
    for name, page in pages(mine, texts[0], theirs, texts[1]).items():
        found = set(MARK.findall(html.unescape(page)))
        allowed = decided[0] | (decided[1] if "pair" in name else set())
        assert found <= allowed, name
        printed = {m for m in allowed if any(what in m for what in ("sentence", "view", "memory", "typed", "found"))}
        assert printed and len(printed & found) >= 0.9 * len(printed), f"{name} prints what was decided"
        assert "Check:" not in page and "Check failed" not in page
    (linked,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page_of(mine, texts[0]), re.DOTALL)
    assert set(MARK.findall(linked)) <= decided[0]


def page_of(planted: Planted, text: DraftText) -> str:
    laid = lay_over(planted.review, text)
    return review_html(for_readers(laid.model_copy(update={"flags": flags_of(planted.review, text)})), (), SIGNED)


def test_an_excerpt_found_nowhere_is_on_no_signed_page() -> None:
    """An excerpt found nowhere is on the machine's page and on no signed one."""
    planted = Planted(quill(), "a")
    machine, signed = review_html(planted.review), page_of(planted, start_text(planted.review))
    for kind in ("invented", "inventedtoo", "nowhere"):
        assert f"qza{kind}" in machine
        assert f"qza{kind}" not in signed


def test_a_trials_picks_are_printed_as_they_were_picked() -> None:
    review = checked(trial(quill()))
    printed = for_readers(lay_over(review, start_text(review)).model_copy(update={"flags": review.flags}))
    was, now = (re.findall(r'class="excerpt"><p>(.*?)</p>', review_html(r, ())) for r in (review, printed))
    assert was and set(now) <= set(was)
    assert {p.text for p in points_of(review, start_text(review), (), scope="p")} == {
        e for o in printed.answered() for e in (g.excerpt for g in o.grounds)
    }
