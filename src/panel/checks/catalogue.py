"""Every check by name, with its severity and what it means. docs/checks.md shows the table; a test holds them equal."""

from dataclasses import dataclass

from panel.records import Flag, Severity


@dataclass(frozen=True)
class Check:
    """One thing that is looked for. Names are public: editors filter by them, scripts branch on them."""

    name: str
    severity: Severity
    meaning: str


_ROWS: tuple[tuple[str, Severity, str], ...] = (
    # grounds; a high flag on a ground voids it
    ("unknown_passage", "high", "A ground cites a passage the dossier does not have. Voids the ground."),
    ("excerpt_not_in_passage", "high", "An excerpt does not stand word for word in its passage. Voids the ground."),
    ("excerpt_too_short", "high", "An excerpt is too short to point at anything. Voids the ground."),
    ("ground_on_suspicious_span", "high", "A ground quotes only words for reviewers or models. Voids the ground."),
    ("excerpt_elsewhere_too", "low", "An excerpt stands in other passages too: it does not pin down its source."),
    ("ground_count", "low", "There are no grounds, or more than 4."),
    ("claim_number_not_in_excerpt", "medium", "A ground's claim gives a number, date or licence its excerpt lacks."),
    # sentences and what they rest on
    ("unknown_ground_number", "high", "A sentence rests on a ground number that was not given, or on none."),
    ("rests_on_void_ground", "high", "A sentence rests only on grounds that do not stand."),
    ("number_not_in_grounds", "high", "A number, price, date or licence stands in no ground the sentence rests on."),
    ("name_not_in_grounds", "medium", "A product name or a command stands in no ground the sentence rests on."),
    ("fact_in_passage_only", "low", "A fact stands in the cited passage but not in the excerpt."),
    ("view_with_number", "high", "A sentence marked as a view gives a number, price, date or licence."),
    ("view_with_name", "medium", "A sentence marked as a view names another product or a command."),
    ("memory_sentence", "low", "A sentence was asserted without a passage; pages show it as unchecked."),
    ("makers_figure_as_fact", "high", "A figure only the maker gives is repeated without saying whose it is."),
    ("first_hand_use", "high", "The words claim first-hand use, and no run log stands behind them."),
    # the verdict
    ("ungrounded", "high", "No standing ground is on the verdict's side: the opinion is listed and does not count."),
    ("verdict_against_grounds", "high", "Every ground given is on the other side of the verdict."),
    ("verdict_outweighed", "low", "More grounds stand on the other side than on the verdict's own."),
    ("ship_without_cost", "medium", "A ship names no cost: no standing ground against, no sentence that marks one."),
    ("skip_without_merit", "medium", "A skip names no merit: no standing ground for, no sentence that marks one."),
    ("absolute_confidence", "note", "Confidence is exactly 0 or 1; no reading of a dossier is certain."),
    # what was asked for
    ("missing_words", "medium", "A field readers see is empty."),
    ("missing_ask", "medium", "One of the persona's own questions was not answered."),
    ("repeated_ask", "low", "One of the persona's own questions was answered twice."),
    ("unknown_ask", "low", "An answer belongs to no question this persona was asked."),
    ("missing_prediction", "high", "The persona is asked for a prediction and gave none."),
    ("unasked_prediction", "low", "The persona is not asked for predictions and gave one."),
    ("prediction_without_date", "high", "A prediction's day is no calendar day written YYYY-MM-DD."),
    ("prediction_horizon", "medium", "A prediction comes due under 3 or over 24 months after the dossier's day."),
    ("prediction_probability", "medium", "A prediction's probability is under 0.05 or over 0.95."),
    ("prediction_without_measure", "low", "A prediction's statement has no number to settle it by."),
    ("prediction_address", "medium", "A prediction names no public http(s) address where anyone can settle it."),
    # how it is written
    ("quote_length", "medium", "The quote has under 30 or over 120 words."),
    ("quote_off_aim", "note", "The quote has under 45 or over 90 words."),
    ("quote_sentences", "low", "The quote has under 3 or over 5 sentences."),
    ("several_sentences", "low", "One numbered sentence holds more than one: its grounds can't be told apart."),
    ("long_line", "low", "The line has over 16 words."),
    ("long_phrase", "low", "For whom, not for, change of mind or counter has over 18 words."),
    ("long_sentence", "low", "A sentence has over 28 words."),
    ("many_dashes", "low", "A sentence has more than one dash."),
    ("same_opening", "low", "Two critics of one launch open with the same three words."),
    ("near_copy", "medium", "Two critics of one launch wrote nearly the same sentence."),
    ("written_before", "medium", "The critic wrote nearly the same sentence about another product."),
    # what must never reach a page
    ("hidden_characters", "high", "A text holds hidden, zero-width or direction-changing characters."),
    ("markup", "medium", "A text holds markup, a link or an address outside backticks."),
    # the launch
    ("launch_addresses_reviewers", "high", "The launch's pages speak to reviewers or models: never approved unseen."),
    ("words_as_in_attempts", "note", "A page holds words that attempts on a model use, and honest pages too."),
    ("review_held", "high", "Words for reviewers moved verdicts, or nobody could find out: a person has to decide."),
    # comparisons
    ("prose_contradicts_pick", "high", "A critic's words name another winner than the computed pick."),
)  # fmt: skip

CHECKS: dict[str, Check] = {name: Check(name, severity, meaning) for name, severity, meaning in _ROWS}


def flag(check: str, persona_id: str, field: str, message: str, *, index: int = 0, excerpt: str = "") -> Flag:
    """A flag with the table's severity. Raises KeyError for a check the table does not have."""
    return Flag(
        check=check, severity=CHECKS[check].severity, persona_id=persona_id, field=field, index=index,
        message=message, excerpt=excerpt,
    )  # fmt: skip
