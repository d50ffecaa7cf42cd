"""A review or a comparison as one HTML file, as Markdown, or as a card for a terminal."""

from collections.abc import Sequence

from panel.records import Comparison, Editorial, Flag, Review


def review_html(review: Review, flags: Sequence[Flag] | None = None, editorial: Editorial | None = None) -> str:
    """A self-contained page. `flags`: those shown beside sentences; None shows the review's own, () none.

    editorial: what people added to it; None for a draft nobody touched.
    """
    from panel.pages import render, view

    return render.render_html(view.review_view(review, flags, editorial or Editorial()))


def review_markdown(review: Review, flags: Sequence[Flag] | None = None, editorial: Editorial | None = None) -> str:
    """The same page as Markdown."""
    from panel.pages import render, view

    return render.render_markdown(view.review_view(review, flags, editorial or Editorial()))


def review_pages(review: Review) -> tuple[str, str]:
    """`review_html` and `review_markdown` of one view, which costs as much as half a page."""
    from panel.pages import render, view

    page = view.review_view(review)
    return render.render_html(page), render.render_markdown(page)


def review_card(review: Review, width: int = 100, editorial: Editorial | None = None) -> str:
    """The verdict in plain text, at most `width` columns wide; no colours and no control characters."""
    from panel.pages import card, view

    return card.card(view.review_view(review, (), editorial or Editorial()), width=width)


def comparison_html(comparison: Comparison, flags: Sequence[Flag] = (), editorial: Editorial | None = None) -> str:
    """A self-contained page. `flags` are the comparison's own; each review's stand beside its sentences anyway."""
    from panel.pages import render, view

    return render.render_html(view.comparison_view(comparison, flags, editorial or Editorial()))


def comparison_markdown(comparison: Comparison, flags: Sequence[Flag] = (), editorial: Editorial | None = None) -> str:
    """The same page as Markdown."""
    from panel.pages import render, view

    return render.render_markdown(view.comparison_view(comparison, flags, editorial or Editorial()))


def comparison_card(comparison: Comparison, width: int = 100, editorial: Editorial | None = None) -> str:
    """The answer in plain text, at most `width` columns wide; no colours and no control characters."""
    from panel.pages import card, view

    return card.card(view.comparison_view(comparison, (), editorial or Editorial()), width=width)
