"""What a file that was fetched is, told by its bytes: an image of a kind that pages may show.

Neither its name nor what a server says of it counts: an error page in HTML comes as often as
not under ``.png``. Six kinds are images here, those of the web; a library that knows hundreds
would have to be told to forget the rest, and none looks into an SVG.

An SVG can hold scripts. Pages show it in ``<img>`` only, where none runs; but the file lies
beside the site's own pages, and who opens it by its address runs what is in it in the site's
name. So one that holds anything active is refused, not mended: what is left out may be what the
drawing was for, and what a cleaner overlooks is a hole.
"""

from __future__ import annotations

import re
import struct
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

import imagesize

MAX_IMAGE_BYTES = 20 * 1024 * 1024
"""Bytes of an image, unless the caller says otherwise."""
MAX_IMAGE_PIXELS = 100_000_000
"""Width times height of an image: what unpacks to more stops browsers, and TeX."""

_HEAD = 64
_BLOCK = 1 << 16
_SVG = "http://www.w3.org/2000/svg"
_XHTML = "http://www.w3.org/1999/xhtml"
# What runs, or holds what is no drawing.
_ACTIVE = frozenset({"script", "handler", "listener", "foreignobject", "iframe", "embed"})
_ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii", "iso-8859-1", "windows-1252"})
# Browsers pass over blanks and controls inside the name of a scheme.
_SCRIPT_URL = re.compile(r"(?:javascript|vbscript):|data:(?:text|application|image/svg)")
_IGNORED = re.compile(r"[\s\x00-\x1f]+")
_NO_XML = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


class InvalidImageError(ValueError):
    """The file is no image that pages may show; the message says why, in words."""


def image_type(data: bytes | Path, *, most: int = MAX_IMAGE_BYTES) -> str:
    """The suffix for an image, without its dot: one of :data:`.lockfile.IMAGE_SUFFIXES`.

    :param data: the bytes, or a file that holds them: only its head is read, an SVG in blocks.
    :param most: how many bytes it may have.
    :raises InvalidImageError: if it is not an image, too large, damaged, or an active SVG.
    :raises OSError: if the file cannot be read.
    """
    with ExitStack() as stack:
        file: BinaryIO
        if isinstance(data, bytes):
            size, file = len(data), BytesIO(data)
        else:
            size = data.stat().st_size
            if size <= most:
                file = stack.enter_context(data.open("rb"))
        if not size:
            raise InvalidImageError("empty")
        if size > most:
            raise InvalidImageError(f"larger than {most:,} bytes")
        head = file.read(_HEAD)
        suffix = _by_signature(head)
        file.seek(0)
        if suffix:
            _check_size(file, suffix)
            return suffix
        if head.startswith((b"\xff\xfe", b"\xfe\xff")) or _is_markup(head):
            _check_drawing(file)
            return "svg"
    raise InvalidImageError("not an image")


def _by_signature(head: bytes) -> str:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        length = min(int.from_bytes(head[:4], "big"), len(head))
        brands = {head[8:12], *(head[at : at + 4] for at in range(16, length - 3, 4))}
        if brands & {b"avif", b"avis"}:
            return "avif"
    return ""


def _is_markup(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def _check_size(file: BinaryIO, suffix: str) -> None:
    """Refuse what has no extent, or one that nobody can show."""
    try:
        width, height = imagesize.get(file)
    except (ValueError, LookupError, OverflowError, struct.error):
        width = height = -1
    if width > 0 and height > 0:
        if width * height > MAX_IMAGE_PIXELS:
            raise InvalidImageError(f"{width} by {height} pixels")
    elif suffix in ("png", "jpg", "gif"):  # of the others, it does not know every form
        raise InvalidImageError("damaged")


# -- SVG -------------------------------------------------------------------------------


def _check_drawing(file: BinaryIO) -> None:
    """Refuse what is not well-formed, is not SVG, or does anything.

    expat reads no other file, and a document type of its own, where entities are declared,
    ends it; so nothing unfolds.
    """
    if _NO_XML.match(file.read(_HEAD).removeprefix(b"\xef\xbb\xbf")):
        raise InvalidImageError("a web page, not an image")
    file.seek(0)
    parser = expat.ParserCreate(namespace_separator=" ")
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        namespace, _, local = name.rpartition(" ")
        if not depth and (namespace, local) != (_SVG, "svg"):
            html = local.lower() == "html" or namespace == _XHTML
            raise InvalidImageError("a web page, not an image" if html else "XML, but no SVG")
        depth += 1
        if local.lower() in _ACTIVE or namespace == _XHTML:
            raise InvalidImageError(f"an SVG with <{local}>, which is refused")
        for attribute, value in attributes.items():
            bare = attribute.rpartition(" ")[2].lower()
            plain = _IGNORED.sub("", value).lower()
            # <set attributeName="onclick" …> makes such an attribute later.
            target = plain if bare == "attributename" else bare
            if target.startswith("on") or _SCRIPT_URL.search(plain):
                raise InvalidImageError(f"an SVG with a script in {bare!r}, which is refused")

    def declaration(version: str, encoding: str | None, standalone: int) -> None:
        # In any other, a browser may read something else than was looked at here.
        if encoding and encoding.lower() not in _ENCODINGS:
            raise InvalidImageError(f"an SVG in the encoding {encoding!r}, which is refused")

    def document_type(name: str, system: str | None, public: str | None, inner: int) -> None:
        if inner:
            raise InvalidImageError("an SVG with a document type of its own, which is refused")

    def instruction(target: str, data: str) -> None:
        if target.lower() == "xml-stylesheet":
            raise InvalidImageError("an SVG with a style sheet elsewhere, which is refused")

    parser.XmlDeclHandler = declaration
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = document_type
    parser.ProcessingInstructionHandler = instruction
    try:
        while block := file.read(_BLOCK):
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        if isinstance(error, InvalidImageError):
            raise
        raise InvalidImageError(f"not an image, and no XML: {error}") from error
