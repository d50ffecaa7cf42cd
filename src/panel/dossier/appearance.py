"""How an element looks, as far as it decides whether anybody can read its text.

Two kinds of hiding. `why_gone`: the element and all within it are not seen. `Look`: what children inherit (colours,
size, visibility), so that a child may be seen again inside a parent that is not.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from tinycss2 import color4

from panel.dossier.css import Properties

FAR_PX = -500.0
SMALL_PX = 1.5
FAINT = 0.1  # opacity and alpha under which nobody reads
NEAR = 20  # levels of 255 in the channel that differs most; #ebebeb on white is still hidden
LENGTH = re.compile(r"(-?\d*\.?\d+)(px|r?em|ex|ch|pt|cm|mm|in|vw|vh|%|)(?![\w.])")
PX = {
    "px": 1,
    "": 1,
    "em": 16,
    "rem": 16,
    "ex": 8,
    "ch": 8,
    "pt": 4 / 3,
    "cm": 38,
    "mm": 3.8,
    "in": 96,
    "vw": 12.8,
    "vh": 8,
}
SCALED_AWAY = re.compile(r"scale(?:3d|x|y)?\(\s*0*\.?0*\s*[,)]")
MOVED = re.compile(r"translate(?:3d|x|y)?\(([^)]*)\)")
CLIPPED = re.compile(r"inset\(\s*(?:50|[6-9]\d|100)%|circle\(\s*0|ellipse\(\s*0|polygon\(\s*0[^,]*(?:,\s*0[^,]*)*\)")
NO_RECTANGLE = re.compile(r"rect\(\s*(\d+)(?:px)?[\s,]+(\d+)(?:px)?[\s,]+(\d+)(?:px)?[\s,]+(\d+)(?:px)?\s*\)")
VARIABLE = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,([^()]*))?\)")
PICTURE = re.compile(r"url\(|gradient\(|image\(")

Colour = tuple[float, float, float]
BLACK, WHITE = (0.0, 0.0, 0.0), (255.0, 255.0, 255.0)


@dataclass(frozen=True, slots=True)
class Look:
    """What an element hands down. A colour is None where it can't be known: a picture, a gradient, a word we miss."""

    ink: Colour | None = BLACK
    ground: Colour | None = WHITE
    size_px: float = 16.0
    is_visible: bool = True
    custom: Properties = field(default_factory=dict)

    @property
    def why_unread(self) -> str:
        """How text straight inside is hidden, "" when it can be read."""
        if not self.is_visible:
            return "visibility: hidden"
        if self.size_px < SMALL_PX:
            return "font size"
        if self.ink and self.ground and max(abs(a - b) for a, b in zip(self.ink, self.ground, strict=True)) <= NEAR:
            return "colour of the background"
        return ""


def inherit(look: Look, given: Properties, *, painted: bool, pictured: bool) -> Look:
    """The look of a child that declares `given`.

    painted: a rule lays something over or under it. pictured: it holds a picture its text may stand on.
    """
    if not given and not painted and not pictured:
        return look
    custom = {name: value for name, value in given.items() if name.startswith("--")}
    if custom:
        look = replace(look, custom={**look.custom, **custom})
    plain = {name: resolve(value, look.custom) for name, value in given.items() if not name.startswith("--")}
    ground = None if painted or pictured else _ground(look, plain)
    return replace(
        look,
        ground=ground,
        ink=_ink(look, plain, ground),
        size_px=_size(look.size_px, plain),
        is_visible=_visible(look, plain.get("visibility", "")),
    )


def why_gone(given: Properties, custom: Properties) -> str:
    """How the element itself, with all it holds, is hidden; "" when it is not."""
    if not given:
        return ""
    plain = {name: resolve(value, custom) for name, value in given.items() if not name.startswith("--")}
    if plain.get("display") == "none":
        return "display: none"
    if plain.get("content-visibility") == "hidden":
        return "content-visibility: hidden"
    if _is_faint(plain):
        return "opacity"
    return _why_off_screen(plain) or _why_no_room(plain)


def resolve(value: str, custom: Properties) -> str:
    """The value with `var(--name)` replaced, as far as the page says; three levels deep."""
    for _ in range(3):
        if "var(" not in value:
            break
        value = VARIABLE.sub(lambda m: custom.get(m[1], m[2] or ""), value)[:300].strip()
    return value


def _is_faint(plain: Properties) -> bool:
    value = plain.get("opacity", "")
    if "animation" in plain or "animation-name" in plain:
        return False  # a page that fades in: a browser shows it without any script
    if "opacity(0" in plain.get("filter", "").replace(" ", "").replace("0.0", "0"):
        return True
    try:
        return float(value.rstrip("%")) / (100 if value.endswith("%") else 1) < FAINT
    except ValueError:
        return False


def _why_off_screen(plain: Properties) -> str:
    names = ["text-indent", "margin-left", "margin-top"]
    if plain.get("position") in ("absolute", "fixed", "relative", "sticky"):
        names += ["left", "right", "top", "bottom", "inset"]
    if any(least_px(plain[name]) < FAR_PX for name in names if name in plain):
        return "off-screen"
    moved = MOVED.search(plain.get("transform", ""))
    if (moved and least_px(moved[1]) < FAR_PX) or least_px(plain.get("translate", "")) < FAR_PX:
        return "off-screen"
    return ""


def _why_no_room(plain: Properties) -> str:
    if SCALED_AWAY.search(plain.get("transform", "")) or re.match(r"0+(\.0+)?\b(?!\.)", plain.get("scale", "")):
        return "transform: scale(0)"
    if CLIPPED.search(plain.get("clip-path", "")):
        return "clip-path"
    shape = NO_RECTANGLE.search(plain.get("clip", ""))
    if shape and plain.get("position") in ("absolute", "fixed"):
        top, right, bottom, left = map(int, shape.groups())
        if bottom - top <= 1 or right - left <= 1:
            return "clip"
    hides = any(re.search(r"hidden|clip", plain.get(f"overflow{axis}", "")) for axis in ("", "-x", "-y"))
    sides = (plain.get(name, "") for name in ("width", "height", "max-width", "max-height"))
    return "no width or height" if hides and any(_is_nothing(side) for side in sides) else ""


def _is_nothing(value: str) -> bool:
    found = LENGTH.fullmatch(value)
    return bool(found) and found is not None and found[2] != "%" and 0 <= float(found[1]) * PX[found[2]] <= 1


def least_px(value: str) -> float:
    """The smallest length a value names, in pixels; percentages are left out, 0 when there is none."""
    found = [float(n) * PX[unit] for n, unit in LENGTH.findall(value) if unit != "%"]
    return min(found, default=0.0)


def _visible(look: Look, value: str) -> bool:
    return (
        look.is_visible
        if value not in ("hidden", "collapse", "visible", "initial")
        else value in ("visible", "initial")
    )


def _size(parent_px: float, plain: Properties) -> float:
    value = plain.get("font-size") or ""
    if not value and "font" in plain:
        sized = re.search(r"(?<![\w.])\d*\.?\d+(?:px|r?em|pt|%|vw|vh)|(?<![\w.])0(?![\w.])", plain["font"])
        value = sized.group() if sized else ""
    found = LENGTH.fullmatch(value)
    if not found:
        return parent_px if value in ("", "inherit", "smaller", "larger", "unset") else 16.0
    number, unit = float(found[1]), found[2]
    if unit in ("em", "%"):
        return parent_px * number / (100 if unit == "%" else 1)
    return number * PX[unit]


def _ground(look: Look, plain: Properties) -> Colour | None:
    """The background text stands on."""
    if PICTURE.search(plain.get("background-image", "") + plain.get("background", "")):
        return None
    for name in ("background-color", "background"):
        value = plain.get(name, "")
        if value and (colour := parse_colour(value) or _first_colour(value)):
            return _over(colour, look.ground)
    return look.ground


def _ink(look: Look, plain: Properties, ground: Colour | None) -> Colour | None:
    if "text" in (plain.get("background-clip"), plain.get("-webkit-background-clip")):
        return None  # letters cut out of a background
    value = plain.get("-webkit-text-fill-color") or plain.get("color", "")
    if value in ("", "inherit", "currentcolor", "unset"):
        return look.ink
    if value == "initial":
        return BLACK
    colour = parse_colour(value)
    return _over(colour, ground) if colour else None


def _first_colour(value: str) -> Any:
    return next((c for c in map(parse_colour, value.split()) if c), None)


def parse_colour(value: str) -> Any:
    """A CSS colour as (red, green, blue in 0..255, alpha in 0..1), None for what is no colour we know."""
    try:
        colour = color4.parse_color(value)
        if colour is None or colour == "currentcolor":
            return None
        red, green, blue = (float(part or 0) * 255 for part in colour.to("srgb").coordinates)
        return red, green, blue, float(colour.alpha)
    except (ValueError, TypeError, NotImplementedError, OverflowError):
        return None


def _over(colour: Any, ground: Colour | None) -> Colour | None:
    """The colour laid on its background. Nearly none of it: the background itself."""
    *parts, alpha = colour
    if alpha >= 1:
        return parts[0], parts[1], parts[2]
    if ground is None:
        return None
    mixed = [part * alpha + under * (1 - alpha) for part, under in zip(parts, ground, strict=True)]
    return mixed[0], mixed[1], mixed[2]
