"""The categories a launch may stand in: kinds of jobs, so that two tools of one category can be compared."""

import re
from typing import NamedTuple

import yaml

from panel.errors import Mistake

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Category(NamedTuple):
    """What readers see, and one line that says which tools belong."""

    title: str
    meaning: str


def load_categories(text: str) -> dict[str, Category]:
    """Slug -> category, in the file's order. Raises Mistake naming the slug that is wrong."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        problem = " ".join(str(error).split())
        raise Mistake(f"categories.yaml is not YAML: {problem}.", hint="Quote a text that holds a colon.") from error
    if not isinstance(found, dict) or not found:
        raise Mistake("categories.yaml holds no categories.", hint="Write `slug: {title: ..., meaning: ...}`.")
    return {str(slug): _category(slug, fields) for slug, fields in found.items()}


def _category(slug: object, fields: object) -> Category:
    if not isinstance(slug, str) or not SLUG.fullmatch(slug):
        raise Mistake(f"categories.yaml: {slug!r} is not a slug.", hint="Use small letters, digits and hyphens.")
    if not isinstance(fields, dict) or set(fields) != {"title", "meaning"}:
        raise Mistake(f"categories.yaml: {slug!r} needs a title and a meaning only.", hint="Correct the entry.")
    if not all(isinstance(value, str) and value.strip() for value in fields.values()):
        raise Mistake(f"categories.yaml: {slug!r} has an empty field.", hint="Write its title and meaning as text.")
    return Category(title=fields["title"].strip(), meaning=fields["meaning"].strip())
