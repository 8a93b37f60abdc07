"""Avatars for speakers without an image: initials on a colour that depends on the name.

An avatar is part of the page, so that no third party is asked for it.
"""

from __future__ import annotations

import re
from colorsys import hls_to_rgb
from functools import lru_cache
from html import escape
from math import atan2, cbrt, degrees
from urllib.parse import quote
from zlib import crc32

_LIGHTNESS_AND_SATURATION = (0.33, 0.45)
_WORD = re.compile(r"[^\W_]+")


def initials(name: str) -> str:
    """One or two characters for *name*; of ``/project/name`` those of the name.

    >>> initials("NISHIO Hirokazu"), initials("o3-mini-high"), initials("川喜田二郎")
    ('NH', 'O3', '川')
    """
    words: list[str] = _WORD.findall(name.rpartition("/")[2] or name)
    if not words:
        return name.strip()[:1] or "?"
    first = words[0]
    if not first[0].isascii():
        return str(first[0])
    if len(first) > 1 and any(map(str.isdigit, first)):
        return first[:2].upper()
    return (first[0] + (words[1][0] if len(words) > 1 and words[1][0].isascii() else "")).upper()


def hue(name: str) -> int:
    """A hue in degrees (0 to 359), the same for a name in every build and on every machine."""
    return crc32(name.casefold().encode("utf-8", "replace")) % 360


@lru_cache(maxsize=4096)
def perceived_hue(name: str) -> int:
    """The :func:`hue` of a name as one of CSS's ``oklch()``, in which all hues are equally light.

    The two circles of hues differ by up to 60 degrees. The matrices are those of
    `CSS Color 4 <https://www.w3.org/TR/css-color-4/#color-conversion-code>`_, from linear sRGB to
    OKLab.

    >>> perceived_hue("mio") == perceived_hue("Mio")
    True
    """
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in hls_to_rgb(hue(name) / 360, *_LIGHTNESS_AND_SATURATION)
    )
    long = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return round(degrees(atan2(b, a))) % 360


@lru_cache(maxsize=4096)
def avatar(name: str) -> str:
    """An inline SVG of *name*'s initials, hidden from screen readers.

    White on a lightness of 33 % has a contrast of at least 4.5 (WCAG 2, level AA) for every hue
    at this saturation.
    """
    letters = initials(name)
    size = 15 if len(letters) == 1 else 12.5
    letters = escape(letters)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" class="scrapbox-avatar" '
        'viewBox="0 0 32 32" width="20" height="20" '
        'aria-hidden="true" focusable="false">'
        f'<circle cx="16" cy="16" r="16" fill="hsl({hue(name)},45%,33%)"/>'
        f'<text x="16" y="16" dy=".35em" text-anchor="middle" fill="#fff" '
        f'font-family="sans-serif" font-weight="600" font-size="{size}">{letters}</text></svg>'
    )


def avatar_uri(name: str) -> str:
    """The same drawing as a data URL, for formats without inline SVG."""
    return f"data:image/svg+xml,{quote(avatar(name))}"
