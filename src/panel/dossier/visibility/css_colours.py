"""CSS colours as pixels, in every notation a page may hide text with.

tinycss2 reads the notations and converts those of sRGB; the perceptual ones, which style frameworks write by now, are
converted here. Formulas: CSS Color Module Level 4, section 18 (sample code); Oklab by B. Ottosson, 2020.
"""

import math
from typing import Any

Pixel = tuple[float, float, float, float]  # red, green, blue in 0..255, alpha in 0..1
SYSTEM = {"canvas": "white", "canvastext": "black", "field": "white", "fieldtext": "black", "window": "white"}


def parse_colour(value: str) -> Pixel | None:
    """A colour, None for what is none we know: `currentcolor`, a mixture, a space of its own."""
    from tinycss2 import color5

    try:
        colour: Any = color5.parse_color(SYSTEM.get(value, value))
        if colour is None or isinstance(colour, str):
            return None
        red, green, blue = _srgb(colour)
        return red * 255, green * 255, blue * 255, float(colour.alpha)
    except (ValueError, TypeError, NotImplementedError, OverflowError):
        return None


def _srgb(colour: Any) -> tuple[float, ...]:
    first, second, third = (float(part or 0) for part in colour.coordinates)
    if colour.space in ("oklch", "lch"):
        second, third = second * math.cos(math.radians(third)), second * math.sin(math.radians(third))
    if colour.space in ("oklab", "oklch"):
        return _gamma(*_from_oklab(first, second, third))
    if colour.space in ("lab", "lch"):
        return _gamma(*_from_lab(first, second, third))
    return tuple(float(part or 0) for part in colour.to("srgb").coordinates)


def _from_oklab(light: float, a: float, b: float) -> tuple[float, float, float]:
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _from_lab(light: float, a: float, b: float) -> tuple[float, float, float]:
    """By way of XYZ at D50, its white point moved to D65 with the rest in one matrix."""
    f1 = (light + 16) / 116
    x, y, z = 0.96422 * _cube(f1 + a / 500), _cube(f1), 0.82521 * _cube(f1 - b / 200)
    return (
        3.1341359 * x - 1.6173863 * y - 0.4906619 * z,
        -0.9787955 * x + 1.9162543 * y + 0.0334427 * z,
        0.0719553 * x - 0.2289768 * y + 1.4053860 * z,
    )


def _cube(f: float) -> float:
    return f**3 if f > 6 / 29 else 3 * (6 / 29) ** 2 * (f - 4 / 29)


def _gamma(*linear: float) -> tuple[float, ...]:
    parts = (min(max(part, 0.0), 1.0) for part in linear)
    return tuple(12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055 for part in parts)
