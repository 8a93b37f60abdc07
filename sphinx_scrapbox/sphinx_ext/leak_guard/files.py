"""The texts in a file: those of an archive, of compressed data, of a pickle, in any encoding.

Files are read in blocks, so that memory does not grow with their size.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO, RawIOBase
from pathlib import PurePosixPath
from typing import IO, NamedTuple, cast

from sphinx_scrapbox.sphinx_ext.leak_guard.pickles import is_pickle, text_of_pickle
from sphinx_scrapbox.wiki.text import join_signs

_BLOCK = 1 << 18
_HEAD = 4096
_MAX_DEPTH = 4  # archives within archives

_BINARY = frozenset(
    ".png .jpg .jpeg .gif .webp .avif .ico .bmp .tif .tiff .woff .woff2 .ttf .otf .eot .mp3 .mp4 "
    ".webm .ogg .wav .mov .pdf".split()
)
_COMPRESSED: dict[bytes, Callable[[IO[bytes]], object]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
}
_COMPRESSED_SUFFIXES = {".svgz": ".svg", ".tgz": ".tar", ".gz": "", ".bz2": "", ".xz": ""}
_FRAGMENT = ".pf_fragment"  # the text of a page in the index of Pagefind
_UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,  # an encrypted archive
    NotImplementedError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
)
_DECLARED = re.compile(rb"""\b(?:charset|encoding)\s*=\s*["']?([\w.-]{2,40})""", re.IGNORECASE)
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # begins as that of UTF-16 does
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_NO_CHARSETS = frozenset({"idna", "punycode", "undefined"})


class TextFile(NamedTuple):
    """A text: the name that reports show, the suffix of its format, and its content in blocks."""

    name: str
    suffix: str
    blocks: Iterator[str]


def texts_of(name: str, file: IO[bytes], *, encoding: str = "utf-8") -> Iterator[TextFile]:
    """The texts in a file; one for each encoding that the file may have.

    A binary file has a name, but no blocks. An archive that cannot be read is read as text.

    :param file: must be seekable.
    :param encoding: the encoding of the builder's files.
    """
    yield from _texts_of(name, PurePosixPath(name).name.lower(), file, encoding, 0)


def _texts_of(
    name: str, format_name: str, file: IO[bytes], encoding: str, depth: int
) -> Iterator[TextFile]:
    suffix = PurePosixPath(format_name).suffix
    if suffix in _BINARY:
        yield TextFile(name, suffix, iter(()))
        return
    head = file.read(_HEAD)
    file.seek(0)
    if depth < _MAX_DEPTH:
        packed = _packed_texts(name, format_name, head, file, encoding, depth)
        try:
            if (first := next(packed, None)) is not None:
                yield first
                yield from packed
                return
        except _UNREADABLE:
            file.seek(0)
    if suffix == _FRAGMENT:
        file.seek(0)
        yield TextFile(name, ".json", iter([join_signs("".join(_decoded(file, "utf-8")))]))
        return
    for charset in _charsets(head, encoding):
        file.seek(0)
        yield TextFile(name, suffix, _decoded(file, charset))


def _packed_texts(
    name: str, format_name: str, head: bytes, file: IO[bytes], encoding: str, depth: int
) -> Iterator[TextFile]:
    """The texts of an archive or of compressed data; nothing for another file."""
    if head.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(file) as archive:
            for entry in archive.infolist():
                with archive.open(entry) as member:
                    inner = PurePosixPath(entry.filename).name.lower()
                    place = f"{name}/{entry.filename}"
                    yield from _texts_of(place, inner, member, encoding, depth + 1)
    elif head[257:262] == b"ustar":
        with tarfile.open(fileobj=file) as tar:
            for info in tar:
                member_file = tar.extractfile(info) if info.isfile() else None
                inner = PurePosixPath(info.name).name.lower()
                place = f"{name}/{info.name}"
                yield from _texts_of(place, inner, member_file or BytesIO(), encoding, depth + 1)
    elif is_pickle(head):
        yield TextFile(name, PurePosixPath(format_name).suffix, text_of_pickle(file))
    elif format_name.endswith(".inv") and head.startswith(b"# Sphinx"):
        yield TextFile(name, ".inv", _decoded(_Inventory(file), "utf-8"))
    else:
        for magic, opened in _COMPRESSED.items():
            if head.startswith(magic):
                path = PurePosixPath(format_name)
                inner = path.stem + _COMPRESSED_SUFFIXES.get(path.suffix, path.suffix)
                content = cast("IO[bytes]", opened(file))
                yield from _texts_of(name, inner, content, encoding, depth + 1)


class _Inventory(RawIOBase):
    """The text of an ``objects.inv``: four lines, then compressed ones."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._rest = b"".join(file.readline() for _ in range(4))
        self._unpack = zlib.decompressobj()

    def read(self, size: int = -1) -> bytes:
        """The next bytes, more than *size* perhaps; none at the end."""
        while not self._rest and (block := self._file.read(_BLOCK)):
            self._rest = self._unpack.decompress(block)
        data, self._rest = self._rest, b""
        return data


def _charsets(head: bytes, encoding: str) -> list[str]:
    """The encodings in which to read a file that begins with *head*."""
    for bom, charset in _BOMS.items():
        if head.startswith(bom):
            return [charset]
    charsets = {"utf-8": None}
    for declared in (encoding, *(found.decode("ascii") for found in _DECLARED.findall(head))):
        try:
            charset = codecs.lookup(declared).name
            "".encode(charset)
        except LookupError:  # unknown, or no encoding of text
            continue
        if charset not in _NO_CHARSETS:
            charsets[charset] = None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if bool(even) != bool(odd):
        charsets["utf-16-be" if even else "utf-16-le"] = None
    return list(charsets)


def _decoded(file: IO[bytes] | RawIOBase, charset: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(charset)("replace")
    try:
        while block := file.read(_BLOCK):
            yield decoder.decode(block)
    except _UNREADABLE:  # compressed data that is damaged: what precedes is text
        pass
    yield decoder.decode(b"", True)
