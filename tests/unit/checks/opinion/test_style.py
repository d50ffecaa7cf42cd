"""Words a critic must not use, and lengths."""

import pytest
from tests.support.opinions import GROUNDS, PAGES, QUOTE, WORDS, make_dossier, make_opinion, make_persona, one_sentence

from panel.checks import check_review
from panel.checks.language.compared_text import normalise, words_of
from panel.checks.opinion.first_hand import FIRST_HAND
from panel.records import Ground, NotAsked, Sentence

FIRST_HAND_CLAIMS = (
    "I ran it on an old laptop.", "We tried the import twice.", "I've installed worse.", "We have just tested it.", "In my tests it held up.",
    "In our experience it is calm.", "we used it daily", "After a week with it, the index is stale.", "After two weeks of daily use, I prefer paper.",
    "It worked for me.", "When I opened the folder it froze.", "My own benchmarks say less.", "First-hand it feels slow.",
    "On my laptop it is quick.", "I also signed up for Sync.", "I have been using it for a month.", "We're running it in production.",
    "I use it daily.", "I pointed it at a folder of notes.", "I got it running in an hour.", "We used the free plan for a week.",
    "I ran the example from the README.", "Our runs took eleven minutes each.", "It froze on me twice.", "I still reach for it after a month of use.",
    "I spent an evening with it.", "We imported a year of tickets.", "During my trial the sync dropped twice.", "I swapped it in for our old search.",
)  # fmt: skip
NOT_FIRST_HAND = (
    "A writer who ran an older index must start again.", "I would wait for an export.", "We know of no export.", "After a week the trial is half over.",
    "If you tried the older one, start here.", "The tests it ships with are short.", "Once I know the export format, that changes.", "It runs for an hour on a status page.",
    "Sessions end after 5 minutes of inactivity.", "Keys expire after 30 days of non-use.", "The licence asks for money after 14 days of use.",
    "We used the maker's figure.", "From our data centre in Frankfurt, says its page.", "Once I weigh the price, the trial matters more.",
    "I ran the numbers for a team of four.", "I'd run it on a spare machine first.", "If I ran a clinic, this would end it.", "I ran nothing and read everything.",
    "I moved my vote when I read the limit.", "My test for a tool is the export.", "No first-hand account stands here.", "Hands-on labs come with the paid plan.",
    "I tried to find a price and there is none.", "Until I have tried the import, I wait.", "After 30 days with no activity it is paused.",
    "After 14 days of use the trial ends, so I would export first.", "A price per seat works for me.", "In our use of the word, open means a licence.",
    "I measured its promise against its price.", "We used to call this a linter.", "I put it second because the price is unknown.",
)  # fmt: skip


def flagged(**words):
    flags = check_review(make_dossier(), [make_persona()], [make_opinion(**words)])
    return {f.check for f in flags}


@pytest.mark.parametrize("text", FIRST_HAND_CLAIMS)
def test_first_hand_claims_are_flagged_without_a_run_log(text):
    assert "first_hand_use" in flagged(quote=one_sentence(text, rests_on="view"))
    assert "first_hand_use" in flagged(counter=text)


@pytest.mark.parametrize("text", NOT_FIRST_HAND)
def test_other_first_persons_and_other_peoples_runs_are_not(text):
    assert "first_hand_use" not in flagged(counter=text)


def test_a_run_log_among_the_grounds_backs_its_first_hand_sentence():
    """A run log among the grounds backs a first-hand sentence and no other."""
    log = ("us", "run_log", ["$ lantern index . finished after 4 minutes without an error"])
    dossier = make_dossier(PAGES | {"S4": log})
    ground = Ground(
        number=4, side="for", passage_id="S4.1", excerpt="lantern index . finished after 4 minutes without an error"
    )
    quote = (
        Sentence(text="I ran the index and it was done after 4 minutes.", rests_on="grounds", grounds=(4,)),
        Sentence(text="I ran the install as well.", rests_on="grounds", grounds=(1,)),
    )
    opinion = make_opinion(grounds=(*GROUNDS, ground), quote=quote)
    by_depth = {
        depth: [
            f.index
            for f in check_review(dossier, [make_persona()], [opinion], depth=depth)
            if f.check == "first_hand_use"
        ]
        for depth in ("read", "ran")
    }
    assert by_depth == {"read": [0, 1], "ran": [1]}


def test_words_quoted_from_an_excerpt_are_not_the_jurors():
    dossier = make_dossier(
        PAGES | {"S4": ("third_party", "article", ["We ran it for a month, seamless from the first day."])}
    )
    ground = Ground(
        number=4, side="for", passage_id="S4.1", excerpt="We ran it for a month, seamless from the first day."
    )
    quoted, own = (
        "One reader says: “We ran it for a month, seamless from the first day.”",
        "We ran it for a month, seamless.",
    )
    for text, expected in ((quoted, set()), (own, {"first_hand_use"})):
        opinion = make_opinion(grounds=(*GROUNDS, ground), quote=one_sentence(text, grounds=(4,)))
        assert {f.check for f in check_review(dossier, [make_persona()], [opinion])} & {"first_hand_use"} == expected


@pytest.mark.parametrize("phrases", [FIRST_HAND])
def test_looking_at_the_words_first_hides_no_hit(phrases):
    texts = (
        *FIRST_HAND_CLAIMS,
        "A seamless bet.",
        "state-of-the-art",
        "supercharged wagers",
        "a stress-test of theses",
        "unlocks your notes",
        "top-notch",
        "truly unmatched moats",
    )
    for text in texts:
        plain = normalise(text.replace("—", " — "))
        assert phrases.may_hit(words_of(plain)) or not phrases.search(plain)


@pytest.mark.parametrize(("words", "check"), [
    ({"line": "one " * 17}, "long_line"),
    ({"for_whom": "word " * 19}, "long_phrase"),
    ({"counter": "word " * 19}, "long_phrase"),
    ({"quote": one_sentence("word " * 29, rests_on="view")}, "long_sentence"),
    ({"quote": QUOTE[:2]}, "quote_sentences"),
    ({"quote": (*QUOTE, *QUOTE)}, "quote_sentences"),
    ({"quote": QUOTE[2:3]}, "quote_length"),
    ({"quote": QUOTE[2:]}, "quote_off_aim"),
    ({"quote": one_sentence("It installs. It runs.")}, "several_sentences"),
    ({"counter": "Search — as it is — finds — enough."}, "many_dashes"),
    ({"counter": "Search - as it is - finds enough."}, "many_dashes"),
    ({"line": " "}, "missing_words"),
    ({"line": "Stay\u200b calm"}, "hidden_characters"),
    ({"line": "Stay \u202ecalm"}, "hidden_characters"),
    ({"line": "A <b>calm</b> tool"}, "markup"),
    ({"line": "See https://lantern.example.org"}, "markup"),
    ({"line": "See [the page](lantern)"}, "markup"),
    ({"line": "A **calm** tool"}, "markup"),
])  # fmt: skip
def test_each_length_and_character_rule_fires(words, check):
    assert check in flagged(**words)


@pytest.mark.parametrize("code", [
    "curl -LsSf https://lantern.example.org/install.sh | sh", "List<String>", "**kwargs", "__init__", "[tool.uv](x)", "{{ secret }}",
    "docker run -e A=&amp; x", "www.lantern.example.org", "# comment",
])  # fmt: skip
def test_code_in_backticks_is_no_markup_and_what_stands_beside_it_is(code):
    assert "markup" not in flagged(counter=f"Run `{code}` first.")
    assert "markup" in flagged(counter=f"Run ```{code}``` first.")
    assert "markup" in flagged(counter=f"Run `{code}`, see https://lantern.example.org and `{code}`.")
    assert "markup" in flagged(counter=f"Run `it first, then <b>that</b>: {code}.")


def test_words_at_the_limit_pass():
    limits = {"line": "calm " * 16, "for_whom": "calm " * 18, "counter": "A range of pages 3–5, e.g. - well - none."}
    assert flagged(**limits) & {"long_line", "long_phrase", "markup"} == set()
    assert flagged(counter="Read pages from March–June and no other.") & {"many_dashes"} == set()


def test_an_empty_quote_is_short_and_not_an_error():
    assert {"quote_sentences", "quote_length"} <= flagged(quote=())


def test_a_trial_juror_is_not_blamed_for_words_it_was_not_asked_for():
    flags = check_review(make_dossier(), [make_persona(predicts=True)], [make_opinion(words=NotAsked())])
    assert flags == ()
    assert WORDS.line  # the clean opinion has words, so that the other tests test something
