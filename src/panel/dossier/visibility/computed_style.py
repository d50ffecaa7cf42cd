"""How an element looks, as far as it decides whether anybody can read its text.

Two kinds of hiding. `why_gone`: the element and all within it are not seen. `Look`: what children inherit (colours,
size, visibility), so that a child may be seen again inside a parent that is not.
"""

import re
from dataclasses import dataclass, field, replace

from panel.dossier.visibility.css_colours import Pixel, parse_colour
from panel.dossier.visibility.css_lengths import LENGTH, NUMBER, UNITS, number_in
from panel.dossier.visibility.css_rules import Properties

FAR_PX = -500.0
FAR_RIGHT_PX = 2_500.0  # beyond any screen; what stands far down can be scrolled to
SMALL_PX = 4.0  # no letter has a shape in fewer pixels
SMALL_SCALE = 0.1
TIGHT_PX = -6.0  # between letters: they lie on one another
FAINT = 0.1  # opacity and alpha under which nobody reads
NEAR = 20  # levels of 255 in the channel that differs most; #ebebeb on white is still hidden
SCALES = re.compile(r"scale(?:3d|x|y)?\(([^()]*)\)")
MATRIX = re.compile(r"matrix\(([^()]*)\)")
TURNED_AWAY = re.compile(r"rotate[xy]\(\s*-?(?:90deg|\.25turn|0\.25turn|100grad)")
MOVED = re.compile(r"translate(?:3d|x)?\(([^)]*)\)")
MOVED_DOWN = re.compile(r"translatey\(([^)]*)\)")
FAINT_FILTER = re.compile(rf"opacity\(\s*({NUMBER})(%?)")
BLUR = re.compile(rf"blur\(\s*({NUMBER}(?:px|r?em))")
BLURRED_PX = 5.0
LASTS = re.compile(r"(?<![\w.])(?=[\d.]*[1-9])[\d.]+m?s\b")
CLIPPED = re.compile(
    r"inset\(\s*(?:50|[6-9]\d|100)%|inset\([^)]*\b100%|circle\(\s*0|ellipse\(\s*0|polygon\(\s*0[^,]*(?:,\s*0[^,]*)*\)"
)
NO_RECTANGLE = re.compile(r"rect\(\s*(\d+)(?:px)?[\s,]+(\d+)(?:px)?[\s,]+(\d+)(?:px)?[\s,]+(\d+)(?:px)?\s*\)")
VARIABLE = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,([^()]*))?\)")
PICTURE = re.compile(r"url\(|gradient\(|image\(")

Colour = tuple[float, float, float]
SHOWN = {"hidden": False, "collapse": False, "visible": True, "initial": True}
INHERITED = ("", "inherit", "currentcolor", "unset", "revert")
BLACK, WHITE = (0.0, 0.0, 0.0), (255.0, 255.0, 255.0)


@dataclass(frozen=True, slots=True)
class ComputedStyle:
    """What an element hands down. A colour is None where it can't be known: a picture, a gradient, a word we miss."""

    ink: Colour | None = BLACK
    ground: Colour | None = WHITE
    size_px: float = 16.0
    is_visible: bool = True
    is_clear: bool = False  # letters of a colour that nobody sees on any ground
    opacity: float = 1.0  # of all around it, multiplied
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
        return "transparent letters" if self.is_clear else ""


def inherit(look: ComputedStyle, given: Properties, *, painted: bool, pictured: bool) -> ComputedStyle:
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
        look, ground=ground, ink=_ink(look, plain, ground), size_px=_size(look.size_px, plain),
        is_visible=SHOWN.get(plain.get("visibility", ""), look.is_visible), is_clear=_clear(look, plain),
        opacity=look.opacity * _opacity(plain),
    )  # fmt: skip


def why_gone(given: Properties, above: ComputedStyle) -> str:
    """How the element itself, with all it holds, is hidden; "" when it is not. above: what its parent hands down."""
    if not given:
        return ""
    plain = {name: resolve(value, above.custom) for name, value in given.items() if not name.startswith("--")}
    if plain.get("display") == "none":
        return "display: none"
    if plain.get("content-visibility") == "hidden":
        return "content-visibility: hidden"
    if above.opacity * _opacity(plain) < FAINT:
        return "opacity"
    blur = BLUR.search(plain.get("filter", ""))
    if blur and (number_in(blur[1]) or 0) >= BLURRED_PX:
        return "filter: blur"
    if plain.get("-webkit-text-security", "none") != "none":
        return "text security"
    if least_px(plain.get("letter-spacing", "")) < TIGHT_PX:
        return "letter spacing"
    return _why_off_screen(plain) or _why_no_room(plain)


def resolve(value: str, custom: Properties) -> str:
    """The value with `var(--name)` replaced, as far as the page says; three levels deep."""
    for _ in range(3):
        if "var(" not in value:
            break
        value = VARIABLE.sub(lambda m: custom.get(m[1], m[2] or ""), value)[:300].strip()
    return value


def _opacity(plain: Properties) -> float:
    """How much of it shows, 0..1. A page that fades in does so in a browser without any script."""
    name = plain.get("animation", plain.get("animation-name", "none"))
    fades = name != "none" and (LASTS.search(name) or "animation" not in plain)
    filtered = FAINT_FILTER.search(plain.get("filter", ""))
    shown = 1.0
    if filtered:
        shown = float(filtered[1]) / (100 if filtered[2] else 1)
    value = plain.get("opacity", "")
    number = number_in(value.rstrip("%"))
    if number is not None and not fades:
        shown *= number / (100 if value.endswith("%") else 1)
    return min(max(shown, 0.0), 1.0)


def _why_off_screen(plain: Properties) -> str:
    names = ["text-indent", "margin", "margin-left", "margin-top", "margin-inline", "margin-inline-start"]
    placed = plain.get("position") in ("absolute", "fixed", "relative", "sticky")
    if placed:
        names += ["left", "right", "top", "bottom", "inset", "inset-inline", "inset-inline-start"]
    if any(least_px(plain[name]) < FAR_PX for name in names if name in plain):
        return "off-screen"
    moves = [*MOVED.findall(plain.get("transform", "")), plain.get("translate", "")]
    down = MOVED_DOWN.findall(plain.get("transform", ""))
    if any(least_px(move) < FAR_PX for move in (*moves, *down)):
        return "off-screen"
    right = [move.split(",")[0].split(" ")[0] for move in moves]
    right += [plain.get("left", ""), plain.get("inset-inline-start", "")] if placed else []
    if any((number_in(value) or 0) > FAR_RIGHT_PX for value in right):
        return "off-screen"
    indent = plain.get("text-indent", "")
    pushed = (number_in(indent) or 0) > -FAR_PX or indent in ("100%", "101%", "110%", "120%", "150%", "200%")
    return "text indent" if pushed and _hides(plain) else ""


def _why_no_room(plain: Properties) -> str:
    if _is_scaled_away(plain):
        return "transform: scale(0)"
    if TURNED_AWAY.search(plain.get("transform", "")) or re.search(r"\b[xy]\s+-?90deg", plain.get("rotate", "")):
        return "transform: rotate"
    if CLIPPED.search(plain.get("clip-path", "")):
        return "clip-path"
    shape = NO_RECTANGLE.search(plain.get("clip", ""))
    if shape and plain.get("position") in ("absolute", "fixed"):
        top, right, bottom, left = map(int, shape.groups())
        if bottom - top <= 1 or right - left <= 1:
            return "clip"
    sides = (plain.get(name, "") for name in ("width", "height", "max-width", "max-height"))
    flat = number_in(plain.get("line-height", "")) == 0 or any(_is_nothing(side) for side in sides)
    return "no width or height" if flat and _hides(plain) else ""


def _is_scaled_away(plain: Properties) -> bool:
    transform = plain.get("transform", "")
    factors = [factor for found in SCALES.findall(transform) for factor in found.split(",")]
    factors += [factor for name in ("scale", "zoom") for factor in plain.get(name, "").split()[:2]]
    matrix = MATRIX.search(transform)
    flat = matrix is not None and all(_is_little(part) for part in matrix[1].split(",")[:4])
    return flat or any(_is_little(factor) for factor in factors)


def _is_little(factor: str) -> bool:
    number = number_in(factor.strip().rstrip("%"))
    return number is not None and abs(number) / (100 if factor.strip().endswith("%") else 1) < SMALL_SCALE


def _hides(plain: Properties) -> bool:
    """Whether it shows nothing of what has no room in it."""
    limiters = " ".join(plain.get(f"overflow{axis}", "") for axis in ("", "-x", "-y"))
    contained = re.search(r"paint|strict|content", plain.get("contain", ""))
    return bool(contained or re.search(r"hidden|clip|auto|scroll", limiters))


def _is_nothing(value: str) -> bool:
    number = number_in(value)
    return number is not None and 0 <= number <= 1


def least_px(value: str) -> float:
    """The smallest length a value names, in pixels; percentages are left out, 0 when there is none."""
    if (number := number_in(value)) is not None:
        return number
    return min((float(n) * UNITS[unit] for n, unit in LENGTH.findall(value) if unit != "%"), default=0.0)


def _size(parent_px: float, plain: Properties) -> float:
    value = plain.get("font-size") or ""
    if not value and "font" in plain:
        sized = re.search(r"(?<![\w.])\d*\.?\d+(?:px|r?em|pt|%|vw|vh)|(?<![\w.])0(?![\w.])", plain["font"])
        value = sized.group() if sized else ""
    found = LENGTH.fullmatch(value)
    if not found and (number := number_in(value)) is not None:
        return number
    if not found:
        return parent_px if value in ("", "inherit", "smaller", "larger", "unset") else 16.0
    number, unit = float(found[1]), found[2]
    if unit in ("em", "%"):
        return parent_px * number / (100 if unit == "%" else 1)
    return number * UNITS[unit]


def _ground(look: ComputedStyle, plain: Properties) -> Colour | None:
    """The background text stands on; None for a picture, and for a value that can't be read: it may be any colour."""
    if PICTURE.search(plain.get("background-image", "") + plain.get("background", "")):
        return None
    for name in ("background-color", "background"):
        value = plain.get(name, "")
        if colour := parse_colour(value) or next(filter(None, map(parse_colour, value.split())), None):
            return _over(colour, look.ground)
        if "(" in value:
            return None
    return look.ground


def _ink(look: ComputedStyle, plain: Properties, ground: Colour | None) -> Colour | None:
    if "text" in (plain.get("background-clip"), plain.get("-webkit-background-clip")):
        return None  # letters cut out of a background
    value = _ink_value(plain)
    if value in INHERITED:
        return look.ink
    if value == "initial":
        return BLACK
    colour = parse_colour(value)
    return _over(colour, ground) if colour else None


def _clear(look: ComputedStyle, plain: Properties) -> bool:
    """Whether letters are of a colour of which nearly nothing is laid on whatever is below them."""
    if "text" in (plain.get("background-clip"), plain.get("-webkit-background-clip")):
        return False
    value = _ink_value(plain)
    if value in INHERITED:
        return look.is_clear
    colour = parse_colour(value)
    return colour is not None and colour[3] < FAINT


def _ink_value(plain: Properties) -> str:
    return plain.get("-webkit-text-fill-color") or plain.get("color", "")


def _over(colour: Pixel, ground: Colour | None) -> Colour | None:
    """The colour laid on its background. Nearly none of it: the background itself."""
    *parts, alpha = colour
    if alpha >= 1:
        return parts[0], parts[1], parts[2]
    if ground is None:
        return None
    mixed = [part * alpha + under * (1 - alpha) for part, under in zip(parts, ground, strict=True)]
    return mixed[0], mixed[1], mixed[2]
