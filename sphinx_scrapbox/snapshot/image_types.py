"""Recognizes the type of an image by its content: one of the six that pages may show.

Names and HTTP headers are not trusted: error pages in HTML are often served as ``.png``.

SVG can contain scripts and load files; :mod:`.svg` refuses such drawings.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import BinaryIO

import imagesize

from sphinx_scrapbox.snapshot.filenames import open_content
from sphinx_scrapbox.snapshot.svg import UnsafeDrawingError, check_drawing

MAX_IMAGE_BYTES = 20 * 1024 * 1024
"""The default limit for the size of an image."""
MAX_IMAGE_PIXELS = 100_000_000
"""Width times height; larger images stall browsers and TeX when they are unpacked."""

_HEAD = 64
_SIGNATURE = re.compile(
    rb"(?P<png>\x89PNG\r\n\x1a\n)|(?P<jpg>\xff\xd8\xff)|(?P<gif>GIF8[79]a)|(?P<webp>RIFF.{4}WEBP)",
    re.DOTALL,
)
_MARKUP = re.compile(rb"\xff\xfe|\xfe\xff|(?:\xef\xbb\xbf)?\s*<")


class InvalidImageError(ValueError):
    """The file is not an image that pages may show; the message says why."""


def image_type(data: bytes | Path, *, max_bytes: int = MAX_IMAGE_BYTES) -> str:
    """The suffix of an image, without dot: one of :data:`.lockfile.IMAGE_SUFFIXES`.

    :param data: the bytes, or a file, of which only the head is read; an SVG is read in blocks.
    :param max_bytes: the size limit in bytes.
    :raises InvalidImageError: if it is not an image, too large, damaged, or an SVG that runs or
        loads something.
    :raises OSError: if the file cannot be read.
    """
    size = len(data) if isinstance(data, bytes) else data.stat().st_size
    if not 0 < size <= max_bytes:
        raise InvalidImageError(f"larger than {max_bytes:,} bytes" if size else "empty")
    with open_content(data) as file:
        head = file.read(_HEAD)
        suffix = _by_signature(head)
        file.seek(0)
        if suffix:
            _check_size(file, suffix)
            return suffix
        if _MARKUP.match(head):
            try:
                check_drawing(file)
            except UnsafeDrawingError as error:
                raise InvalidImageError(str(error)) from error
            return "svg"
    raise InvalidImageError("not an image")


def _by_signature(head: bytes) -> str:
    if match := _SIGNATURE.match(head):
        return match.lastgroup or ""
    if head[4:8] != b"ftyp":
        return ""
    length = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, length - 3, 4))}
    return "avif" if brands & {b"avif", b"avis"} else ""


def _check_size(file: BinaryIO, suffix: str) -> None:
    """Refuse images without a size, or with one above the limit."""
    try:
        width, height = imagesize.get(file)
    except (ValueError, LookupError, OverflowError, struct.error):
        width = height = -1
    if width > 0 and height > 0:
        if width * height > MAX_IMAGE_PIXELS:
            raise InvalidImageError(f"{width} by {height} pixels")
    elif suffix in ("png", "jpg", "gif"):  # imagesize does not know all forms of the others
        raise InvalidImageError("damaged")
