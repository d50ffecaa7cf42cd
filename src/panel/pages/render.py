"""Templates to text: one HTML environment, one for Markdown, both sandboxed, strict and escaping by default."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from importlib.resources import files
from threading import Lock
from typing import Any

from jinja2 import BaseLoader, Environment, FunctionLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from panel.pages import wording
from panel.pages.model import PageView
from panel.pages.safe_text import code_span, markdown
from panel.pages.structured_data import linked_data

_OWN_VALUES = frozenset({"panel.pages.model", "panel.pages.safe_text"})
_COMPILING, _COMPILED = Lock(), set[str]()  # templates: under way, and names of those done
# The only words templates take from code besides their page.
_WORDS = {
    "SPECIMEN": wording.SPECIMEN,
    "TRIAL": wording.TRIAL,
    "AI_LABEL": wording.AI_LABEL,
    "AI_CRITIC": wording.AI_CRITIC,
}


class _Sandbox(ImmutableSandboxedEnvironment):
    """jinja2's sandbox with a short cut for our own frozen values, whose public fields are all meant to be read.

    The general rule takes a third of a page's time (measured: 1,900 look-ups).
    """

    def getattr(self, obj: Any, attribute: str) -> Any:
        is_open = type(obj).__module__ in _OWN_VALUES and not attribute.startswith("_")
        value = getattr(obj, attribute, self) if is_open else self
        return super().getattr(obj, attribute) if value is self else value


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
