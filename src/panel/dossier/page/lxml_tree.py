"""A page parsed by lxml, with its own bounds: the one place that does it."""

from typing import Any


def parse_html(page: str, **options: bool) -> Any:
    """The tree of an HTML page, None when there is none in it. options: of lxml's parser."""
    from lxml import etree, html  # type: ignore[import-untyped]

    try:
        parser = html.HTMLParser(encoding="utf-8", **options)
        return html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):
        return None
