"""Templates are compiled once, however many threads want a page first."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from tests.support import page_records

from panel.pages import render, view


@pytest.mark.parametrize("ending", ["html", "md"])
def test_threads_together_compile_each_template_once(ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read: Counter[str] = Counter()
    text_of = render.template_text
    monkeypatch.setattr(render, "template_text", lambda name: read.update([name]) or text_of(name))
    monkeypatch.setattr(render, "_COMPILED", set[str]())
    render._html.cache_clear()
    render._markdown.cache_clear()
    page, together = view.comparison_view(page_records.comparison()), Barrier(6)
    render_page = render.render_html if ending == "html" else render.render_markdown

    def draw(_: int) -> str:
        together.wait()
        return render_page(page)

    with ThreadPoolExecutor(6) as pool:
        drawn = set(pool.map(draw, range(6)))
    assert len(drawn) == 1
    templates = [name for name in read if name.endswith(ending)]
    assert len(templates) >= 3 and {name: read[name] for name in templates} == dict.fromkeys(templates, 1)
