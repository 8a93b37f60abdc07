"""The leak guard (``scrapbox_deny``): exclude denied pages, and fail a build that leaks a name.

Denied pages are found in their files before any document is read, so that every process that
reads documents knows them. After the build all files of the output are scanned, whatever wrote
them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import BinaryIO
from unicodedata import unidata_version

from docutils import nodes
from sphinx import package_dir
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.project import Project
from sphinx.util import logging
from sphinx.util.display import progress_message

from sphinx_scrapbox import __version__
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.domain.record import DocumentRecord
from sphinx_scrapbox.sphinx_ext.feature import Feature
from sphinx_scrapbox.sphinx_ext.leak_guard.scanner import Leak, Scanner
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals
from sphinx_scrapbox.wiki.redaction import RedactedNames, checksum
from sphinx_scrapbox.wiki.titles import key

_LOGGER = logging.getLogger(__name__)

_MAX_LISTED = 60
_CACHE = "scrapbox-guard.json"
_BLOCK = 1 << 18
_RULES = 4  # rises when the scanner finds more, so that files are checked again


def prepare_leak_guard(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Handler of ``env-get-outdated``: exclude denied pages.

    It returns the documents with links to a page that is denied now and was not, or the reverse.
    """
    domain = domain_of(env)
    files = source_folder(env).pages
    redaction = files.redaction
    before: list[str] = domain.data["denied"]
    if not redaction and not before:
        return []
    new = added | changed | removed
    facts_of = domain.facts
    files.unchanged_titles = {name: facts_of[name].title for name in facts_of if name not in new}
    denied: dict[str, str] = {}
    if redaction:
        for docname in sorted(env.found_docs):
            # A page that was read before changed, if its file makes it denied now.
            is_new = docname in new or docname not in env.all_docs
            if title := files.denied_title(docname, is_new=is_new):
                denied[docname] = title
    for docname in denied:
        _forget(env.project, docname)
        added.discard(docname)
        changed.discard(docname)
        if docname in env.all_docs:
            removed.add(docname)
    if denied:
        _LOGGER.info("scrapbox_deny: pages that are not built: %d", len(denied))
    denied_keys = frozenset(map(key, denied.values()))
    files.redaction = replace(redaction, denied_keys=denied_keys)
    marks = sorted(map(checksum, denied_keys))
    domain.data["denied"] = marks
    moved = set(before) ^ set(marks)
    if not moved:
        return []
    names: dict[str, RedactedNames] = domain.collected("leak_guard")
    return [
        docname
        for docname, facts in domain.facts.items()
        if docname in env.found_docs
        and not moved.isdisjoint(
            (*map(checksum, facts.links), *chain.from_iterable(names.get(docname, ())))
        )
    ]


def _forget(project: Project, docname: str) -> None:
    """Remove a document from the project, and the name of its file from what is pickled.

    ``Project`` has no method for this. If its tables of paths are not as known, the name stays in
    ``environment.pickle``, which only the JSON and pickle builders publish; the scan finds it.
    """
    project.docnames.discard(docname)
    by_docname = getattr(project, "_docname_to_path", None)
    by_path = getattr(project, "_path_to_docname", None)
    if isinstance(by_docname, dict) and isinstance(by_path, dict):
        by_path.pop(by_docname.pop(docname, None), None)
    else:
        note_unknown_internals("paths of documents")


def scan_output(app: Sphinx, exception: Exception | None) -> None:
    """Handler of ``build-finished``: scan the output, and fail the build if a name leaked."""
    if exception is not None or app.builder.name == "dummy":
        return
    deny = options(app.config).deny
    words, entries = _denied_words(app)
    scanner = Scanner(words, emails=deny.emails, allow=deny.allow)
    if not scanner:
        return
    out = Path(app.outdir)
    encoding = getattr(app.builder, "encoding", "utf-8")  # HTML Help has others
    rules = (__version__, _RULES, unidata_version, encoding)
    cache = _ScanCache(Path(app.doctreedir, _CACHE), repr((rules, words, deny)))
    public = _public_files(app)
    leaks: list[Leak] = []
    with progress_message("looking for leaks"):  # without file names, as logs may be public
        for path in sorted(path for path in out.rglob("*") if path.is_file()):
            name = path.relative_to(out).as_posix()
            if name in public:
                continue
            with path.open("rb") as file:
                digest = _digest(name, file)
                if cache.is_clean(digest):
                    continue
                file.seek(0)
                file_leaks = list(dict.fromkeys(scanner.in_file(name, file, encoding=encoding)))
            leaks += file_leaks
            if not file_leaks:
                cache.add(digest)
        cache.save()
    if leaks:
        report = _report(leaks, entries, scanner, is_verbose=app.verbosity > 0)
        _LOGGER.error("scrapbox_deny: %s", report)
        app.statuscode = 1  # after an exception, Sphinx would read all documents again


def _denied_words(app: Sphinx) -> tuple[list[str], list[str]]:
    """The words to look for, and for each the entry of the option by which reports name it."""
    deny = options(app.config).deny
    words, entries = [], []
    for kind, names in (("titles", deny.titles), ("people", deny.people)):
        for number, word in enumerate(names.patterns, 1):
            words.append(word)
            entries.append(f"{kind}[{number}]")
    for title_key in sorted(source_folder(app.env).pages.redaction.denied_keys):
        if title_key not in deny.titles and title_key not in deny.people:
            words.append(title_key)
            entries.append("the title of a denied page")
    return words, entries


def _report(leaks: list[Leak], entries: list[str], scanner: Scanner, *, is_verbose: bool) -> str:
    lines = [f"denied names or addresses are in {len(leaks)} places of the output:"]
    for leak in leaks[:_MAX_LISTED]:
        what = "an e-mail address" if leak.word < 0 else entries[leak.word]
        place = leak.file if is_verbose else scanner.masked(leak.file)
        line = f":{leak.line}" if leak.line else ", in the file's name"
        lines.append(f"  {place}{line}: {what}{f': {leak.text!r}' if is_verbose else ''}")
    if len(leaks) > _MAX_LISTED:
        lines.append(f"  and {len(leaks) - _MAX_LISTED} more")
    if not is_verbose:
        lines.append("The text is not shown, as a log may be public; sphinx-build -v shows it.")
    lines.append("If this build did not write a file, an earlier one did: remove that file.")
    return "\n".join(lines)


def _public_files(app: Sphinx) -> set[str]:
    """The files that themes, extensions and Sphinx copy to the output, which are public anyway."""
    if app.builder.format == "latex":
        return _names(Path(package_dir, "texinputs")) | _names(Path(package_dir, "texinputs_win"))
    own: set[str] = set()
    copied: set[str] = set()
    folders: list[Path] = []
    theme = getattr(app.builder, "theme", None)
    if theme is not None:
        folders += [Path(folder, "static") for folder in theme.get_theme_dirs()]
    source = Path(app.srcdir)
    for entry in getattr(app.config, "html_static_path", ()):
        path = Path(app.confdir, entry)
        if path.is_relative_to(source) or path.is_relative_to(app.confdir):
            own.update([path.name] if path.is_file() else _names(path))
        else:
            folders.append(path)
    for folder in folders:
        copied.update([folder.name] if folder.is_file() else _names(folder))
    return {f"_static/{name.removesuffix('.jinja').removesuffix('_t')}" for name in copied - own}


def _names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


class _ScanCache:
    """Digests of files in which nothing was found, so that an unchanged file is scanned once.

    :param query: what was looked for; the cache of another query is not used.
    """

    def __init__(self, path: Path, query: str) -> None:
        self._path = path
        self._query = blake2b(query.encode("utf-8", "replace"), digest_size=16).hexdigest()
        self._last: set[str] = set()
        self._clean: set[str] = set()
        try:
            saved = json.loads(path.read_text(encoding="utf-8"))
            if saved["query"] == self._query:
                self._last = set(saved["clean"])
        except (OSError, ValueError, KeyError, TypeError):
            pass

    def is_clean(self, digest: str) -> bool:
        """Whether the last build, or this one, found nothing in this file."""
        if digest in self._last:
            self._clean.add(digest)
        return digest in self._clean

    def add(self, digest: str) -> None:
        """Note that nothing was found in a file."""
        self._clean.add(digest)

    def save(self) -> None:
        """Write the digests of this build's files; those of others are dropped."""
        text = json.dumps({"query": self._query, "clean": sorted(self._clean)})
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(text, encoding="utf-8", newline="\n")


def _digest(name: str, file: BinaryIO) -> str:
    """A digest of a file's name and content."""
    digest = blake2b(digest_size=16)
    while block := file.read(_BLOCK):
        digest.update(block)
    digest.update(f"\0{name}".encode("utf-8", "replace"))
    return digest.hexdigest()


class LeakGuard(Feature):
    """Keeps which names of a document were replaced because of the deny list, or would be."""

    name = "leak_guard"

    def collect(self, nodes: Sequence[nodes.Element], record: DocumentRecord) -> object | None:
        """The checksums of these names."""
        return record.redacted if any(record.redacted) else None


FEATURE = LeakGuard()
