"""Recognizes the type of an image by its content: one of the six that pages may show.

Names and HTTP headers are not trusted: error pages in HTML are often served as ``.png``.

SVG can contain scripts. Pages only show it in ``<img>``, where none runs, but whoever opens the
file by its address runs them with the origin of the site. So an active SVG is refused rather than
cleaned: an element that a cleaner misses would be a security hole.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

import imagesize

from sphinx_scrapbox.snapshot.filenames import open_content

MAX_IMAGE_BYTES = 20 * 1024 * 1024
"""The default limit for the size of an image."""
MAX_IMAGE_PIXELS = 100_000_000
"""Width times height; larger images stall browsers and TeX when they are unpacked."""

_HEAD = 64
_BLOCK = 1 << 16
_SIGNATURE = re.compile(
    rb"(?P<png>\x89PNG\r\n\x1a\n)|(?P<jpg>\xff\xd8\xff)|(?P<gif>GIF8[79]a)|(?P<webp>RIFF.{4}WEBP)",
    re.DOTALL,
)
_MARKUP = re.compile(rb"\xff\xfe|\xfe\xff|(?:\xef\xbb\xbf)?\s*<")
_SVG = "http://www.w3.org/2000/svg"
_XHTML = "http://www.w3.org/1999/xhtml"
# Elements that run scripts or embed documents, in lower case.
_ACTIVE = frozenset({"script", "handler", "listener", "foreignobject", "iframe", "embed"})
_ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii", "iso-8859-1", "windows-1252"})
# Browsers ignore blanks and controls inside of a scheme.
_SCRIPT_URL = re.compile(r"(?:javascript|vbscript):|data:(?:text|application|image/svg)")
_IGNORED = re.compile(r"[\s\x00-\x1f]+")
_NO_XML = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


class InvalidImageError(ValueError):
    """The file is not an image that pages may show; the message says why."""


def image_type(data: bytes | Path, *, max_bytes: int = MAX_IMAGE_BYTES) -> str:
    """The suffix of an image, without dot: one of :data:`.lockfile.IMAGE_SUFFIXES`.

    :param data: the bytes, or a file, of which only the head is read; an SVG is read in blocks.
    :param max_bytes: the size limit in bytes.
    :raises InvalidImageError: if it is not an image, too large, damaged, or an active SVG.
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
            _check_drawing(file)
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


def _check_drawing(file: BinaryIO) -> None:
    """Refuse XML that is not well-formed, not SVG, or active.

    expat reads no other files. An internal DTD, where entities are declared, is refused, so no
    entity is expanded.
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
            raise InvalidImageError("a web page, not an image" if html else "XML, but not SVG")
        depth += 1
        if local.lower() in _ACTIVE or namespace == _XHTML:
            raise InvalidImageError(f"an SVG with <{local}>, which is refused")
        for attribute, value in attributes.items():
            bare = attribute.rpartition(" ")[2].lower()
            plain = _IGNORED.sub("", value).lower()
            # <set attributeName="onclick" …> sets such an attribute later.
            target = plain if bare == "attributename" else bare
            if target.startswith("on") or _SCRIPT_URL.search(plain):
                raise InvalidImageError(f"an SVG with a script in {bare!r}, which is refused")

    def declaration(version: str, encoding: str | None, standalone: int) -> None:
        # In another encoding, a browser may read something else than expat does.
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
        raise InvalidImageError(f"not an image, and not XML: {error}") from error
