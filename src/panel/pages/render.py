"""Templates to text: one HTML environment, one for Markdown, both sandboxed, strict and escaping by default.

The machine-readable part of a page is JSON-LD that says no more than the page shows. No rating of any kind: the panel's
tally is not a reader's score. Critics are software, and nobody is named as publisher or author while a page is a draft:
an AI is neither. Terms: schema.org Quotation, SoftwareApplication, creditText, digitalSourceType.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import cache
from importlib.resources import files
from threading import Lock
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from panel.pages import wording
from panel.pages.model import Critic, OpinionView, PageView, ToolSide
from panel.pages.safe_text import code_span, markdown, plain
from panel.pages.view import NOBODY, comparison_view, review_view
from panel.records import Comparison, Editorial, Flag, Review

_OWN_VALUES = frozenset({"panel.pages.model", "panel.pages.safe_text"})
_COMPILING, _COMPILED = Lock(), set[str]()  # templates: under way, and names of those done


# The only words templates take from code besides their page.
_WORDS = {name: getattr(wording, name) for name in ("SPECIMEN", "TRIAL", "AI_LABEL", "AI_CRITIC")}


class _Sandbox(ImmutableSandboxedEnvironment):
    """jinja2's sandbox with a short cut for our own frozen values, whose public fields are all meant to be read.

    The general rule takes a third of a page's time (measured: 1,900 look-ups).
    """

    def getattr(self, obj: Any, attribute: str) -> Any:
        is_open = type(obj).__module__ in _OWN_VALUES and not attribute.startswith("_")
        value = getattr(obj, attribute, self) if is_open else self
        return super().getattr(obj, attribute) if value is self else value


def review_html(review: Review, flags: Sequence[Flag] | None = None, editorial: Editorial = NOBODY) -> str:
    """A self-contained page. `flags`: those shown beside sentences; None shows the review's own, () none.

    editorial: what people added to it; nothing to a draft nobody touched.
    """
    return render_html(review_view(review, flags, editorial))


def review_pages(review: Review) -> tuple[str, str]:
    """`review_html` and the same as Markdown, of one view, which costs as much as half a page."""
    page = review_view(review)
    return render_html(page), render_markdown(page)


def comparison_html(comparison: Comparison, flags: Sequence[Flag] = (), editorial: Editorial = NOBODY) -> str:
    """A self-contained page. `flags` are the comparison's own; each review's stand beside its sentences anyway."""
    return render_html(comparison_view(comparison, flags, editorial))


def comparison_markdown(comparison: Comparison, flags: Sequence[Flag] = (), editorial: Editorial = NOBODY) -> str:
    """The same page as Markdown."""
    return render_markdown(comparison_view(comparison, flags, editorial))


def render_html(page: PageView) -> str:
    """One self-contained file: the style inline and named by its hash, no script, nothing fetched."""
    environment = {"style": Markup(_style()), "style_hash": style_hash(), "linked": linked_data(page)}  # noqa: S704  our own file
    return _render(_html, f"{page.kind}.html", context(page) | environment)


def _render(environment: Callable[[], Environment], name: str, values: dict[str, Any]) -> str:
    """The template filled in. The first page of a kind is made alone: threads would each compile its templates."""
    if name not in _COMPILED:
        with _COMPILING:
            text = environment().get_template(name).render(values)
            _COMPILED.add(name)
            return text
    return environment().get_template(name).render(values)


def page_policy() -> str:
    """The Content-Security-Policy of a page, for whoever serves one."""
    nothing = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return f"{nothing}; style-src '{style_hash()}'; img-src data:"


@cache
def style_hash() -> str:
    """Of the inline style, as a policy names it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()}"


def render_markdown(page: PageView) -> str:
    """The same page as Markdown, ending in one newline."""
    text = _render(_markdown, f"{page.kind}.md", context(page))
    kept: list[str] = []
    for line in (raw.rstrip() for raw in text.splitlines()):
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n") + "\n"


def context(page: PageView) -> dict[str, Any]:
    """The page's fields by name: exactly what its template may read."""
    return {field.name: getattr(page, field.name) for field in fields(page)}


def template_text(name: str) -> str:
    return (files("panel.pages") / "templates" / name).read_text(encoding="utf-8")


@cache
def _style() -> str:
    """Style without comments and indentation: the page is shared as a file."""
    lines = (line.strip() for line in template_text("page.css").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("/*"))


def _environment(finalize: Callable[[Any], Any] | None = None) -> _Sandbox:
    made = _Sandbox(
        loader=FunctionLoader(template_text), autoescape=True, finalize=finalize, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.globals = dict(_WORDS)
    return made


_html = cache(_environment)


@cache
def _markdown() -> _Sandbox:
    """Autoescape for Markdown: `finalize` escapes every printed value that is not already marked as safe."""
    environment = _environment(_markdown_value)
    environment.filters["code"] = lambda text: Markup(code_span(text))  # noqa: S704  escaped by code_span
    environment.filters["address"] = lambda href: Markup(f"<{href}>")  # noqa: S704  safe_href refuses <, > and spaces
    return environment


def _markdown_value(value: Any) -> Any:
    return value if hasattr(value, "__html__") else Markup(markdown(str(value)))  # noqa: S704  escaped by markdown


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
