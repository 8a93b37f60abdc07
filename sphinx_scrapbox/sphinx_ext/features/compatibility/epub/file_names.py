"""Names of files in an EPUB: short, ASCII, and distinct whatever the case of their letters.

The names of wiki pages are titles: "Why? 100%", "...", or a sentence in Japanese. An EPUB must not
contain files with some of these characters, or two files whose names differ in case only; and
Sphinx lists a file with letters outside ASCII in its manifest under another id than in its spine.
A name is a function of the docname, so that it stays when other pages come and go.

- Replaces: ``get_target_uri`` and ``get_output_path`` of the builder at work, and amends its
  ``toc_add_files``, which names the root document's file by itself. ``images`` becomes a mapping
  that stores safe names.
- Unnecessary once the EPUB builder names files so itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b
from html import escape
from pathlib import Path, PurePosixPath
from typing import Any
from weakref import WeakKeyDictionary

from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment

from sphinx_scrapbox.sphinx_ext.builders import is_epub
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.incremental import removed_pages
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals

_SAFE = re.compile(r"[a-z0-9_-](?:[a-z0-9_.-]{0,98}[a-z0-9_-])?", re.ASCII)
_SAFE_IN_ANY_CASE = re.compile(_SAFE.pattern, re.ASCII | re.IGNORECASE)
_NOT_WORDS = re.compile(r"[^a-z0-9]+")
_SUFFIX = re.compile(r"\.[a-z0-9]+", re.ASCII)
_MAX_WORDS = 40
_RESERVED = frozenset({"nav", "epub-cover"})
"""The names, without suffix, of pages that Sphinx adds."""


def safe_name(name: str) -> str:
    """A name of a file or folder for *name*: itself if it is safe in any case of its letters.

    >>> safe_name("guide/README"), safe_name("wiki/Why not?")
    ('guide/README', 'wiki/why-not-809669f0299dffc6e1d0')
    """
    parts = name.split("/")
    return "/".join(part if _SAFE_IN_ANY_CASE.fullmatch(part) else hashed(part) for part in parts)


def hashed(part: str) -> str:
    """A safe name of the ASCII words of *part*, and a hash that tells it from all others."""
    words = _NOT_WORDS.sub("-", part.lower()).strip("-")[:_MAX_WORDS].rstrip("-")
    digest = blake2b(part.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()
    return f"{words}-{digest}" if words else digest


class FileNames:
    """The names, without suffix, of the files of documents.

    :param docnames: all documents.
    """

    def __init__(self, docnames: Iterable[str] = ()) -> None:
        self._names = {docname: safe_name(docname) for docname in docnames}
        folded = Counter(name.lower() for name in self._names.values())
        self.clashing = tuple(
            docname
            for docname, name in sorted(self._names.items())
            if folded[name.lower()] > 1 or name.lower() in _RESERVED
        )
        """The documents whose names depend on those of others."""
        self._names.update((docname, _with_hash(docname)) for docname in self.clashing)

    def __getitem__(self, docname: str) -> str:
        return self._names.get(docname) or safe_name(docname)


def _with_hash(docname: str) -> str:
    folder, slash, part = docname.rpartition("/")
    return f"{safe_name(folder)}{slash}{hashed(part)}" if folder else hashed(part)


class _ImageNames(dict[str, str]):
    """The images of a builder, from source to name in the output: stores a safe name."""

    def __setitem__(self, source: str, name: str) -> None:
        super().__setitem__(source, safe_image_name(name))


def safe_image_name(name: str) -> str:
    """A safe name in lower case for an image file; its suffix tells the media type.

    >>> safe_image_name("leaf.png"), safe_image_name("Leaf 1.PNG")
    ('leaf.png', 'leaf-1-png-2d489d7d747478aa60d2.png')
    """
    if _SAFE.fullmatch(name):
        return name
    suffix = PurePosixPath(name).suffix.lower()
    return f"{hashed(name)}{suffix}" if _SUFFIX.fullmatch(suffix) else hashed(name)


_NAMES: WeakKeyDictionary[Builder, FileNames] = WeakKeyDictionary()


def use_safe_names(app: Sphinx) -> None:
    """Handler of ``builder-inited``: have the builder name its files so."""
    builder: Any = app.builder
    if not (is_epub(builder) and options(app.config).epub_repairs):
        return
    names = ("get_target_uri", "get_output_path", "toc_add_files")
    if not (
        all(callable(getattr(builder, name, None)) for name in names)
        and type(getattr(builder, "images", None)) is dict
        and builder.get_target_uri("x") == f"x{builder.link_suffix}"
    ):
        note_unknown_internals("names of files in an EPUB")
        return
    get_target_uri, get_output_path, toc_add_files = (getattr(builder, name) for name in names)
    _NAMES[builder] = FileNames()
    # The names are looked up at each call, as not all documents are known yet.
    builder.get_target_uri = lambda docname, typ=None: get_target_uri(
        _NAMES[builder][docname], typ
    )
    builder.get_output_path = lambda page_name: get_output_path(_NAMES[builder][page_name])

    def add_files(refnodes: list[dict[str, Any]]) -> None:
        toc_add_files(refnodes)
        root = app.config.root_doc
        for node in refnodes:
            if node["refuri"] == escape(f"{root}{builder.out_suffix}"):
                node["refuri"] = get_target_uri(_NAMES[builder][root])

    builder.toc_add_files = add_files
    builder.images = _ImageNames(builder.images)


def name_files(app: Sphinx, env: BuildEnvironment) -> None:
    """Handler of ``env-updated``, before outputs are looked at: all documents are known."""
    if app.builder in _NAMES:
        _NAMES[app.builder] = FileNames(env.all_docs)


def remove_stale_files(app: Sphinx, env: BuildEnvironment) -> None:
    """Handler of ``env-updated``: remove files that would be packed with those of this build.

    These are the pages of documents that are gone, and those of an earlier build with other names.
    """
    builder: Any = app.builder
    if not is_epub(builder):
        return
    current = {Path(builder.get_output_path(docname)) for docname in env.all_docs}
    for docname in (*env.all_docs, *removed_pages(app)):
        for name in (docname, safe_name(docname), _with_hash(docname)):
            file = Path(builder.outdir, f"{name}{builder.out_suffix}")
            if file not in current:
                _remove(file)


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError:  # a name that is too long for the file system
        return


def clashing_names(builder: Builder) -> tuple[str, ...]:
    """The documents whose names depend on those of others; pages link to them by these names."""
    names = _NAMES.get(builder)
    return names.clashing if names else ()
