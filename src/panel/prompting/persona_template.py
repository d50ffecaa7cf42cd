"""The commented file `panel personas new` writes: fit to sit on the panel as it is, and meant to be rewritten."""

from panel.errors import Mistake

TEMPLATE = """\
# One critic. Rewrite every line in your words; docs/personas.md says what each field does.
title: {title}
blurb: What this critic looks at, in a sentence for readers.
question: The one question this critic owns?
asks:
  - ask_id: first_check
    question: A question only this critic is asked?
reads_for:
  - What its verdict may rest on.
wins: What must be on the page for a ship.
loses: What on the page, or missing from it, earns a skip.
failure: How a critic like this usually goes wrong.
guard: The rule that keeps it from going wrong that way.
examples:
  - before: A sentence as this critic must not write it, about an imaginary tool.
    after: The same point, written with a fact and a reader in mind.
predicts: no  # yes: it is asked for one dated prediction
counts: no    # yes once it is written: until then it is asked and has no vote
order: 50     # place on the page, low first
"""


def persona_template(persona_id: str) -> str:
    """A persona file to start from. Raises Mistake for an id that can't be a file name."""
    if not persona_id.replace("-", "").isalnum() or persona_id != persona_id.lower() or not persona_id[0].isalpha():
        raise Mistake(f"{persona_id!r} can't be a persona's id.", hint="Lower case and hyphens: security-reviewer.")
    return TEMPLATE.format(title=persona_id.replace("-", " ").capitalize())
