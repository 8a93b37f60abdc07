"""Recognizes the type of an image by its content: one of the six that pages may show.

Names and HTTP headers are not trusted: error pages in HTML are often served as ``.png``.

An SVG may run scripts and load files. Where a page shows it in ``<img>`` it does neither. Opened
by its address, it runs its scripts with the origin of the site, and loads files from other hosts,
which learn of it; programs that make PDFs may load files at any time. So such an SVG is
refused rather than cleaned: an element that a cleaner misses would be a security hole.

What may be loaded is an allow list: an address that an element uses by itself must be a
fragment of the file, or an image or font as ``data:``. Only links, which wait for a click, may
lead to other hosts.
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
_SIGNATURE = re.compile(
    rb"(?P<png>\x89PNG\r\n\x1a\n)|(?P<jpg>\xff\xd8\xff)|(?P<gif>GIF8[79]a)|(?P<webp>RIFF.{4}WEBP)",
    re.DOTALL,
)
_MARKUP = re.compile(rb"\xff\xfe|\xfe\xff|(?:\xef\xbb\xbf)?\s*<")
_BLOCK = 1 << 16
_NAMESPACE = "http://www.w3.org/2000/svg"
_XHTML = "http://www.w3.org/1999/xhtml"
_XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"
# Elements that run scripts or embed documents, in lower case.
_ACTIVE = frozenset({"script", "handler", "listener", "foreignobject", "iframe", "embed"})
_ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii", "iso-8859-1", "windows-1252"})
# Browsers do not load the DTD of a document, but other programs may.
_KNOWN_DTD = re.compile(r"https?://www\.w3\.org/[\w./-]+\.dtd", re.ASCII)
# Browsers ignore blanks and controls inside of a scheme.
_SCRIPT_URL = re.compile(r"(?:javascript|vbscript):|data:(?:text|application|image/svg)")
_IGNORED = re.compile(r"[\s\x00-\x1f]+")
_NO_XML = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)

# What may stand where an element loads something; blanks and controls are removed before.
_INSIDE = r"#|data:(?:image/(?!svg)|font/)"
_IS_INSIDE = re.compile(rf"{_INSIDE}|\Z")
_OTHER_HOST = re.compile(r"(?:https?|ftp|wss?|file|blob):|[a-z][a-z0-9+.-]*:[/\\]|[/\\]{2}")
# Attributes that hold any text, or an address as a name that is never loaded.
_NAMES = frozenset(
    "about arcrole class content datatype id itemid itemtype lang name prefix property rel "
    "requiredextensions requiredfeatures resource rev role style title typeof vocab".split()
)
_PREFIXES_OF_NAMES = ("aria-", "data-")
_FONT = "data:application/(?:x-)?font"
_CSS_LOADS = re.compile(
    rf"""@import|(?:image-set|cross-fade|image|src)\(|url\(["']?+(?!{_INSIDE}|{_FONT}|["')])"""
)
_CSS_NAMESPACE = re.compile(
    r"""@namespace[\w-]*?(?:url\()?["']?http://www\.w3\.org/[\w/.-]*["']?\)?;"""
)
_CSS_ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})(?:\r\n|\s)?|\r\n|[\r\n\f]|(.))", re.DOTALL)


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
    """Refuse XML that is not well-formed, not SVG, active, or that loads other files.

    expat reads no other files. An internal DTD, where entities are declared, is refused, so no
    entity is expanded.

    """
    if _NO_XML.match(file.read(_HEAD).removeprefix(b"\xef\xbb\xbf")):
        raise InvalidImageError("a web page, not an image")
    file.seek(0)
    check = _Check()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.XmlDeclHandler = check.declaration
    parser.StartElementHandler = check.start
    parser.EndElementHandler = check.end
    parser.CharacterDataHandler = check.text
    parser.StartDoctypeDeclHandler = check.document_type
    parser.ProcessingInstructionHandler = check.instruction
    try:
        while block := file.read(_BLOCK):
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        if isinstance(error, InvalidImageError):
            raise
        raise InvalidImageError(f"not an image, and not XML: {error}") from error


class _Check:
    """The handlers of the parser of one drawing."""

    def __init__(self) -> None:
        self._is_root = True
        self._style: list[str] | None = None

    def declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        """Check the XML declaration."""
        # In another encoding, a browser may read something else than expat does.
        if encoding and encoding.lower() not in _ENCODINGS:
            raise InvalidImageError(f"an SVG in the encoding {encoding!r}, which is refused")

    def document_type(self, name: str, system: str | None, public: str | None, inner: int) -> None:
        """Check the document type."""
        if inner:
            raise InvalidImageError("an SVG with a document type of its own, which is refused")
        if system and not _KNOWN_DTD.fullmatch(system):
            raise InvalidImageError("an SVG with a document type elsewhere, which is refused")

    def instruction(self, target: str, data: str) -> None:
        """Check a processing instruction."""
        if target.lower() == "xml-stylesheet":
            raise InvalidImageError("an SVG with a style sheet elsewhere, which is refused")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Check a start tag; *name* is a namespace, a space and a local name."""
        namespace, _, local = name.rpartition(" ")
        if self._is_root and (namespace, local) != (_NAMESPACE, "svg"):
            html = local.lower() == "html" or namespace == _XHTML
            raise InvalidImageError("a web page, not an image" if html else "XML, but not SVG")
        self._is_root = False
        if local.lower() in _ACTIVE or namespace == _XHTML:
            raise InvalidImageError(f"an SVG with <{local}>, which is refused")
        for attribute, value in attributes.items():
            _check_attribute(local.lower(), attribute, value)
        if local.lower() == "style":
            self._style = []

    def text(self, text: str) -> None:
        """Collect the text of a style sheet."""
        if self._style is not None:
            self._style.append(text)

    def end(self, name: str) -> None:
        """Check a style sheet that ends here."""
        if self._style is not None and name.rpartition(" ")[2].lower() == "style":
            if _css_loads("".join(self._style)):
                raise InvalidImageError("an SVG whose style sheet loads a file, which is refused")
            self._style = None


def _check_attribute(element: str, attribute: str, value: str) -> None:
    namespace, _, name = attribute.rpartition(" ")
    name = name.lower()
    plain = _IGNORED.sub("", value).lower()
    # <set attributeName="onclick" …> sets such an attribute later.
    target = plain if name == "attributename" else name
    if target.startswith("on") or _SCRIPT_URL.search(plain):
        raise InvalidImageError(f"an SVG with a script in {name!r}, which is refused")
    if namespace not in ("", _XLINK, _XML) or (name == "href" and element == "a"):
        return
    if name in ("href", "src", "base"):
        loads = not _IS_INSIDE.match(plain)
    elif name in _NAMES or name.startswith(_PREFIXES_OF_NAMES):
        loads = name == "style" and _css_loads(value)
    else:
        loads = any(map(_OTHER_HOST.match, plain.split(";"))) or _css_loads(value)
    if loads:
        raise InvalidImageError(f"an SVG that loads a file in {name!r}, which is refused")


def _css_loads(css: str) -> bool:
    """Whether CSS loads something from elsewhere; text in strings and comments counts, too."""
    if "\\" in css:
        css = _CSS_ESCAPE.sub(_unescaped, css.lower())
    css = _IGNORED.sub("", css.lower())
    return _CSS_LOADS.search(_CSS_NAMESPACE.sub("", css)) is not None


def _unescaped(match: re.Match[str]) -> str:
    number, sign = match.groups(default="")
    code = int(number, 16) if number else 0
    return chr(code) if 0 < code < 0x110000 else sign
