"""Templates to text: one HTML environment, one for Markdown, both sandboxed, strict and escaping by default."""

import base64
import hashlib
from dataclasses import fields
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import BaseLoader, FunctionLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from panel.pages import wording
from panel.pages.model import PageView
from panel.pages.safe_text import code_span, markdown
from panel.pages.structured_data import linked_data

_OWN_VALUES = frozenset({"panel.pages.model", "panel.pages.safe_text"})
# The only words templates take from code besides their page.
_WORDS = {
    "SPECIMEN": wording.SPECIMEN,
    "TRIAL": wording.TRIAL,
    "AI_LABEL": wording.AI_LABEL,
    "AI_CRITIC": wording.AI_CRITIC,
}


class _Sandbox(ImmutableSandboxedEnvironment):
    """jinja2's sandbox with a short cut for our own frozen values, whose public fields are all meant to be read.

    The general rule costs 2 ms of a page of 9 (measured: 1,900 look-ups).
    """

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if type(obj).__module__ in _OWN_VALUES:
            return not attr.startswith("_")
        return super().is_safe_attribute(obj, attr, value)


def render_html(page: PageView) -> str:
    """One self-contained file: the style inline and named by its hash, no script, nothing fetched."""
    environment = {"style": Markup(_style()), "style_hash": style_hash(), "linked": linked_data(page)}  # noqa: S704  our own file
    return _html().get_template(f"{page.kind}.html").render(context(page) | environment)


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
    text = _markdown().get_template(f"{page.kind}.md").render(context(page))
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


def _loader() -> BaseLoader:
    return FunctionLoader(template_text)


@cache
def _html() -> _Sandbox:
    environment = _Sandbox(
        loader=_loader(), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals = dict(_WORDS)
    return environment


@cache
def _markdown() -> _Sandbox:
    """Autoescape for Markdown: `finalize` escapes every printed value that is not already marked as safe."""
    environment = _Sandbox(
        loader=_loader(), autoescape=True, finalize=_markdown_value, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.globals = dict(_WORDS)
    environment.filters["code"] = lambda text: Markup(code_span(text))  # noqa: S704  escaped by code_span
    environment.filters["address"] = lambda href: Markup(f"<{href}>")  # noqa: S704  safe_href refuses <, > and spaces
    return environment


def _markdown_value(value: Any) -> Any:
    return value if hasattr(value, "__html__") else Markup(markdown(str(value)))  # noqa: S704  escaped by markdown
