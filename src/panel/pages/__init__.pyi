from . import wording as wording
from .card import comparison_card as comparison_card, review_card as review_card
from .evidence import stand_of as stand_of
from .model import PageView as PageView, ToolSide as ToolSide
from .render import comparison_html as comparison_html, comparison_markdown as comparison_markdown
from .render import page_policy as page_policy, review_html as review_html, review_pages as review_pages
from .safe_text import Pieces as Pieces, clean as clean, cut_short as cut_short, markdown as markdown
from .safe_text import safe_href as safe_href, split_code as split_code
from .view import comparison_view as comparison_view, retraction_sentence as retraction_sentence
from .view import review_view as review_view
