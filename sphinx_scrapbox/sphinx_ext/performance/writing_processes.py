"""Resolve documents in the processes that write them, not all of them in the main process.

Sphinx resolves each document in the main process, adds it to the search index there, and hands it
to a process that writes it. The main process is then busy half of the time that writing takes, so
more than two processes do not help, and the documents that wait for a process are all in memory.
Here, processes live as long as there is something to write; each is given the names of documents,
and returns the entries of the search index and the names of images.

- Replaces: ``Builder.write_documents`` of the HTML builders, and how ``IndexBuilder`` and
  ``Builder.images`` are filled.
- Saves: of 2,000 pages, the largest of two processes needs 174 instead of 339 MiB, and the main
  process takes 2 instead of 51 % of the CPU time of writing. With 8,000 pages, it needs 288 MiB.
- Steps aside if a document is resolved by an extension that is not known to keep no data while it
  does: such data would be lost with the process.
- Unnecessary if Sphinx resolved documents in parallel.
"""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Iterator, Sequence, Set
from inspect import signature
from logging import LogRecord
from multiprocessing.connection import Connection, wait
from typing import Any, NamedTuple

from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.builders.dirhtml import DirectoryHTMLBuilder
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.errors import SphinxParallelError
from sphinx.locale import __
from sphinx.search import IndexBuilder
from sphinx.util import logging
from sphinx.util.build_phase import BuildPhase
from sphinx.util.display import status_iterator

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain import incremental
from sphinx_scrapbox.sphinx_ext.domain.domain import begin_page, domain_of
from sphinx_scrapbox.sphinx_ext.domain.facts import PageFacts
from sphinx_scrapbox.sphinx_ext.performance.search_index import BY_DOCNAME, BY_WORD
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals

_MOST = 100
"""Documents that a process is given at once."""
_CHUNKS = 8
"""For each process, at least, so that all end at about the same time."""
_AHEAD = 2
"""Chunks that a process has at a time, so that it need not wait for the next one."""
_LEAST = 20
"""With fewer documents, Sphinx writes them: they are resolved before processes would start."""

_EVENTS = (
    "doctree-resolved",
    "missing-reference",
    "warn-missing-reference",
    "scrapbox-resolve-missing",
)
_STATELESS = frozenset(
    "furo myst_parser pydata_sphinx_theme sphinx sphinx_book_theme sphinx_design "
    "sphinx_rtd_theme sphinx_scrapbox".split()
)
"""Packages that keep no data of documents that they resolve."""
_KEEP_DATA = frozenset({"sphinx.ext.imgconverter"})
_TABLES = (*BY_DOCNAME, "_index_entries")


class _Written(NamedTuple):
    """What a process returns of a chunk, or why it failed: a message, and the traceback."""

    tables: dict[str, dict[str, Any]]
    """Those of the search index."""
    images: dict[str, str]
    logs: list[LogRecord]
    failure: tuple[str, str] | None = None


def write_in_processes(app: Sphinx) -> None:
    """Handler of ``builder-inited``: wrap the method of this builder."""
    builder = app.builder
    is_html = type(builder) in (StandaloneHTMLBuilder, DirectoryHTMLBuilder)
    if not options(app.config).fast or not is_html:
        return
    if not hasattr(builder, "write_documents"):
        note_unknown_internals("writing in several processes")
        return
    write = builder.write_documents

    def write_documents(docnames: Set[str]) -> None:
        is_parallel = getattr(builder, "parallel_ok", False) and app.parallel > 1
        if is_parallel and len(docnames) >= _LEAST and _is_known(app):
            _Writing(app, sorted(docnames)).run()
        else:
            write(docnames)

    builder.write_documents = write_documents  # type: ignore[method-assign]


def _is_known(app: Sphinx) -> bool:
    """Whether whatever resolves documents keeps no data of them, and the index looks as known."""
    resolvers: list[object] = [
        listener.handler for event in _EVENTS for listener in app.events.listeners.get(event, ())
    ]
    resolvers += app.registry.get_post_transforms()
    resolvers += map(type, app.env.domains.sorted())
    for resolver in resolvers:
        module = getattr(resolver, "__module__", None) or type(resolver).__module__
        if module.partition(".")[0] not in _STATELESS or module in _KEEP_DATA:
            note_unknown_internals(f"resolving of documents by {module}")
            return False
    index = getattr(app.builder, "indexer", None)
    tables = [getattr(index, name, None) for name in (*_TABLES, *BY_WORD)]
    if index is not None and any(type(table) is not dict for table in tables):
        note_unknown_internals("the search index")
        return False
    return True


class _Process:
    """A process, and this end of the pipe to it."""

    def __init__(self, writing: _Writing) -> None:
        context = multiprocessing.get_context("fork")
        self.connection, other = context.Pipe()
        self.chunks: list[int] = []
        """The numbers of the chunks that it was given."""
        self._process = context.Process(target=self._run, args=(writing, other), daemon=True)
        self._process.start()
        other.close()

    def _run(self, writing: _Writing, connection: Connection) -> None:
        self.connection.close()  # so that the other end notices if the main process is killed
        writing.serve(connection)

    def give(self, numbers: Iterator[int]) -> None:
        """Give it another chunk, if there is one."""
        if (number := next(numbers, None)) is not None:
            self.chunks.append(number)
            self.connection.send(number)

    def receive(self) -> tuple[int, _Written]:
        """What it returns of its first chunk.

        :raises SphinxParallelError: if it failed.
        """
        try:
            written: _Written = self.connection.recv()
        except (EOFError, ConnectionError):
            self._process.join()
            code = self._process.exitcode
            message = f"a process that writes pages ended with the exit code {code}"
            raise SphinxParallelError(message, "") from None
        if written.failure is not None:
            raise SphinxParallelError(*written.failure)
        return self.chunks.pop(0), written

    def stop(self) -> None:
        """End it at once."""
        self._process.terminate()

    def join(self) -> None:
        """Wait until it ends, as it does when no process has the other end of its pipe."""
        self._process.join()


class _Writing:
    """The writing of some documents.

    :param docnames: sorted.
    """

    def __init__(self, app: Sphinx, docnames: Sequence[str]) -> None:
        self._app = app
        self._builder: Any = app.builder
        first = _first_ones(app, docnames)
        rest = [name for name in docnames if name not in first]
        size = max(1, min(_MOST, len(rest) // (app.parallel * _CHUNKS)))
        self._first = first
        self._chunks = [rest[start : start + size] for start in range(0, len(rest), size)]

    def run(self) -> None:
        """Write all documents."""
        for docname in self._first:  # fills the caches that processes start with
            _write_document(self._builder, docname)
        total = len(self._chunks)
        label, verbosity = __("writing output... "), self._app.verbosity
        progress = status_iterator(range(total), label, "darkgreen", total, verbosity)
        numbers = iter(range(total))
        processes = [_Process(self) for _ in range(min(self._app.parallel, total))]
        try:
            for _ in range(_AHEAD):
                for process in processes:
                    self._give(process, numbers)
            self._receive(processes, numbers, progress)
        except BaseException:
            for process in processes:
                process.stop()
            raise
        finally:
            for process in processes:
                process.connection.close()
            for process in processes:
                process.join()
        next(progress, None)  # ends the line

    def _give(self, process: _Process, numbers: Iterator[int]) -> None:
        before = len(process.chunks)
        process.give(numbers)
        for number in process.chunks[before:]:
            for docname in self._chunks[number]:
                incremental.note_written(self._app, None, docname)
                begin_page(self._app, docname)

    def _receive(
        self, processes: list[_Process], numbers: Iterator[int], progress: Iterator[int]
    ) -> None:
        """Merge what the processes return, chunk by chunk in their order."""
        by_connection = {process.connection: process for process in processes}
        waiting: dict[int, _Written] = {}
        following = 0
        while busy := [process.connection for process in processes if process.chunks]:
            for connection in wait(busy):
                process = by_connection[connection]  # type: ignore[index]
                number, waiting[number] = process.receive()
                self._give(process, numbers)
            while following in waiting:
                self._merge(waiting.pop(following))
                following += 1
                next(progress)

    def _merge(self, written: _Written) -> None:
        logger = logging.getLogger(__name__)
        for record in written.logs:
            logger.handle(record)
        self._builder.images.update(written.images)
        index: IndexBuilder | None = self._builder.indexer
        if index is None:
            return
        for name in _TABLES:
            getattr(index, name).update(written.tables[name])
        for name in BY_WORD:
            table = getattr(index, name)
            for word, docnames in written.tables[name].items():
                table.setdefault(word, set()).update(docnames)

    def serve(self, connection: Connection) -> None:
        """Write chunks in this process, until the main process closes the connection."""
        while True:
            try:
                number: int = connection.recv()
            except EOFError:
                return
            connection.send(self._write_chunk(self._chunks[number]))

    def _write_chunk(self, docnames: Sequence[str]) -> _Written:
        index: IndexBuilder | None = self._builder.indexer
        if index is not None:
            for name in (*_TABLES, *BY_WORD):
                setattr(index, name, {})
        images = dict(self._builder.images)
        failure = None
        collector = logging.LogCollector()
        try:
            with collector.collect():
                for docname in docnames:
                    _write_document(self._builder, docname)
        except BaseException as error:
            message = traceback.format_exception_only(type(error), error)[0].strip()
            failure = message, traceback.format_exc()
        logging.convert_serializable(collector.logs)
        tables = {name: getattr(index, name, {}) for name in (*_TABLES, *BY_WORD)}
        new = {key: name for key, name in self._builder.images.items() if key not in images}
        return _Written(tables, new, collector.logs, failure)


def _first_ones(app: Sphinx, docnames: Sequence[str]) -> list[str]:
    """The first document, and the first one that is a wiki page."""
    facts = domain_of(app.env).facts
    page = next((name for name in docnames if facts.get(name, PageFacts()).is_page), docnames[0])
    return list(dict.fromkeys((docnames[0], page)))


def _write_document(builder: Builder, docname: str) -> None:
    """Write a document as Sphinx does in a single process."""
    resolve: Any = builder.env.get_and_resolve_doctree
    arguments = {"tags": builder.tags} if "tags" in signature(resolve).parameters else {}
    builder.phase = BuildPhase.RESOLVING
    document = resolve(docname, builder, **arguments)
    builder.phase = BuildPhase.WRITING
    builder.write_doc_serialized(docname, document)
    builder.write_doc(docname, document)
