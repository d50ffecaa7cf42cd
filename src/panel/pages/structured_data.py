"""The machine-readable part of a page: JSON-LD that says no more than the page shows.

No rating of any kind: the panel's tally is not a reader's score. Critics are software, and nobody is named as publisher
or author while a page is a draft: an AI is neither.
Terms: schema.org Quotation, SoftwareApplication, creditText, digitalSourceType.
"""

import json
from typing import Any

from markupsafe import Markup

from panel.pages import wording
from panel.pages.model import Critic, OpinionView, PageView, ToolSide
from panel.pages.safe_text import plain

_MADE_BY_MODEL = "https://schema.org/TrainedAlgorithmicMediaDigitalSource"
# As in Django's json_script: with these three gone no text can end the script element or open a comment.
_UNSAFE = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def linked_data(page: PageView) -> Markup:
    """The content of the page's `application/ld+json` element, safe to stand inside it."""
    text = json.dumps(_document(page), ensure_ascii=False, indent=1)
    return Markup(text.translate(_UNSAFE))  # noqa: S704  escaped for its place on this line


def _document(page: PageView) -> dict[str, Any]:
    labels = [wording.AI_LABEL, page.status, *([page.banner] if page.banner else [])]
    return {
        "@context": "https://schema.org",
        "@type": "WebPage",
        "name": page.title,
        "abstract": page.answer,
        "inLanguage": "en",
        "creativeWorkStatus": "Retracted" if page.retracted else "Approved" if page.is_signed else "Draft",
        "creditText": ". ".join(label.rstrip(".") for label in labels) + ".",
        "about": [_tool(side) for side in page.sides],
        "hasPart": [_quotation(page, critic, said) for critic in page.critics for said in critic.on if said.has_words],
    }


def _tool(side: ToolSide) -> dict[str, Any]:
    tool = {"@type": "SoftwareApplication", "name": side.name, "applicationCategory": side.category}
    tool |= {"softwareVersion": side.release, "url": side.homepage}
    return {key: value for key, value in tool.items() if value}


def _quotation(page: PageView, critic: Critic, said: OpinionView) -> dict[str, Any]:
    """Opinions written by hand carry the specimen's sentence and no digital source type."""
    quotation: dict[str, Any] = {
        "@type": "Quotation",
        "text": " ".join(plain(sentence.pieces + sentence.tail) for sentence in said.sentences),
        "about": {"@type": "SoftwareApplication", "name": said.tool},
        "creator": {"@type": "SoftwareApplication", "name": f"{critic.title} ({wording.AI_CRITIC})"},
    }
    if page.grade == "specimen":
        return quotation | {"creditText": wording.SPECIMEN}
    return quotation | {"digitalSourceType": _MADE_BY_MODEL, "creditText": f"Model: {said.model}"}
