"""The leak guard: pages that a deny list keeps out, and a build that fails over what got out.

Which pages are kept out is settled before any document is read, from the files themselves, so
that every process that reads knows it. When the build is done, each file of the output is looked
through, whoever wrote it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx import package_dir
from sphinx.util import logging
from sphinx.util.display import progress_message

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.leak_guard.scanner import Guard, Leak
from sphinx_scrapbox.sphinx_ext.sources.page_files import page_files_of, withheld_of, withhold
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals
from sphinx_scrapbox.wiki.redaction import mark_of
from sphinx_scrapbox.wiki.titles import key

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.project import Project

_LOGGER = logging.getLogger(__name__)

MOST = 60
"""Leaks that are listed; the rest is counted."""
_CLEAN = "scrapbox-guard.json"


# -- pages that are not built ----------------------------------------------------------


def prepare_leak_guard(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Keep pages out; and name those that linked to one that has come or gone."""
    domain = domain_of(env)
    withheld = withheld_of(env)
    before: list[str] = domain.data["withheld"]
    if not withheld and not before:
        return []
    new = added | changed | removed
    known = {name: facts.title for name, facts in domain.facts.items() if name not in new}
    files = page_files_of(env, known)
    kept_out: dict[str, str] = {}
    if withheld:
        for docname in sorted(env.found_docs):
            # What was built before is changed, if what it names would keep it out now.
            is_new = docname in new or docname not in env.all_docs
            if title := files.kept_out(docname, is_new=is_new):
                kept_out[docname] = title
    for docname in kept_out:
        _forget(env.project, docname)
        added.discard(docname)
        changed.discard(docname)
        if docname in env.all_docs:
            removed.add(docname)
    if kept_out:
        _LOGGER.info("scrapbox_deny: pages that are not built: %d", len(kept_out))
    found = frozenset(map(key, kept_out.values()))
    withhold(env, found)
    marks = sorted(map(mark_of, found))
    domain.data["withheld"] = marks
    moved = set(before) ^ set(marks)
    if not moved:
        return []
    return [
        docname
        for docname, facts in domain.facts.items()
        if docname in env.found_docs
        and not (moved.isdisjoint(map(mark_of, facts.links)) and moved.isdisjoint(facts.withheld))
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


# -- what got out ----------------------------------------------------------------------


def scan_output(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None:
        return
    deny = options(app.config).deny
    named = [("titles", name) for name in deny.titles.spelled]
    named += [("people", name) for name in deny.people.spelled]
    entries = [f"{kind}[{number}]" for number, (kind, _name) in _counted(named)]
    words = [name for _kind, name in named]
    for title_key in sorted(withheld_of(app.env).found):
        if title_key not in deny.titles and title_key not in deny.people:
            words.append(title_key)
            entries.append("the title of a page that is kept out")
    guard = Guard(words, emails=deny.emails, allow=deny.allow)
    if not guard or app.builder.name == "dummy":
        return
    out = Path(app.outdir)
    clean = _Clean(Path(app.doctreedir, _CLEAN), repr((words, deny)))
    paths = sorted(path for path in out.rglob("*") if path.is_file())
    foreign = _foreign(app)
    leaks: list[Leak] = []
    with progress_message("looking for leaks"):  # no names of files: a log may be public
        for path in paths:
            name = path.relative_to(out).as_posix()
            if name in foreign:
                continue
            data = path.read_bytes()
            if not clean.knows(name, data):
                found = list(dict.fromkeys(guard.in_file(name, data)))
                leaks += found
                if not found:
                    clean.note(name, data)
        clean.save()
    if leaks:
        report = _report(leaks, entries, guard, is_told=app.verbosity > 0)
        _LOGGER.error("scrapbox_deny: %s", report)
        app.statuscode = 1  # no exception: Sphinx would forget all that it read


def _counted(named: list[tuple[str, str]]) -> Iterator[tuple[int, tuple[str, str]]]:
    """Entries with their numbers, each list counted from 1."""
    counts: dict[str, int] = {}
    for kind, name in named:
        counts[kind] = counts.get(kind, 0) + 1
        yield counts[kind], (kind, name)


def _report(leaks: list[Leak], entries: list[str], guard: Guard, *, is_told: bool) -> str:
    lines = [f"{len(leaks)} places of the output hold what must not get out:"]
    for leak in leaks[:MOST]:
        what = "an e-mail address" if leak.word < 0 else entries[leak.word]
        place = leak.file if is_told else guard.masked(leak.file)
        line = f":{leak.line}" if leak.line else ", in the file's name"
        lines.append(f"  {place}{line}: {what}{f': {leak.text!r}' if is_told else ''}")
    if len(leaks) > MOST:
        lines.append(f"  and {len(leaks) - MOST} more")
    if not is_told:
        lines.append(
            "What they are is not said, for a log may be public; sphinx-build -v says it."
        )
    lines.append("A file that this build did not write is left from an earlier one: remove it.")
    return "\n".join(lines)


def _foreign(app: Sphinx) -> set[str]:
    """What themes, extensions and Sphinx itself bring to the output: that is public already."""
    if app.builder.format == "latex":
        return _names(Path(package_dir, "texinputs")) | _names(Path(package_dir, "texinputs_win"))
    own: set[str] = set()
    theirs: set[str] = set()
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
        theirs.update([folder.name] if folder.is_file() else _names(folder))
    return {f"_static/{name.removesuffix('.jinja').removesuffix('_t')}" for name in theirs - own}


def _names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


class _Clean:
    """Which contents were found to be clean, so that nobody looks through them twice."""

    def __init__(self, path: Path, asked: str) -> None:
        self._path = path
        self._asked = blake2b(asked.encode("utf-8", "replace"), digest_size=16).hexdigest()
        self._known: set[str] = set()
        self._kept: set[str] = set()
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            if kept["asked"] == self._asked:
                self._known = set(kept["clean"])
        except (OSError, ValueError, KeyError, TypeError):
            pass

    def _mark(self, name: str, data: bytes) -> str:
        digest = blake2b(data, digest_size=16)
        digest.update(f"\0{name}".encode("utf-8", "replace"))
        return digest.hexdigest()

    def knows(self, name: str, data: bytes) -> bool:
        mark = self._mark(name, data)
        if mark in self._known:
            self._kept.add(mark)
            return True
        return False

    def note(self, name: str, data: bytes) -> None:
        self._kept.add(self._mark(name, data))

    def save(self) -> None:
        text = json.dumps({"asked": self._asked, "clean": sorted(self._kept)})
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(text, encoding="utf-8")
