"""Shortcuts change no byte of the output, and step aside where Sphinx looks different."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docutils
import pytest
import sphinx
import sphinx.builders.html as sphinx_html
import sphinx.environment as sphinx_environment
from docutils import nodes
from docutils.transforms import Transform, Transformer
from outputs import output
from sites import EPUB, Built, Site, icon, page
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors.title import TitleCollector
from sphinx.search import IndexBuilder, languages
from sphinx.testing.util import SphinxTestApp
from sphinx.transforms import SphinxTransformer
from sphinx.util import docutils as sphinx_docutils
from sphinx.writers.html5 import HTML5Translator

from sphinx_scrapbox.sphinx_ext.performance.documents import doctree_cache
from sphinx_scrapbox.sphinx_ext.performance.search_index import BY_DOCNAME, BY_WORD, prune
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals

HERE: dict[str, Any] = {"scrapbox_project": "garden-en", **EPUB}
# What the oldest docutils has in another way, so that a build steps aside there.
UNKNOWN_HERE = {"the methods of nodes"} if docutils.__version_info__[:2] < (0, 22) else set()
CODE = """\
:orphan:

*Code* and ``more`` <&> "x"
===========================

.. highlight:: c

.. only:: html

   For readers of HTML.

.. only:: text

   For readers of text.

::

   int sow(void);

>>> 1 + 1  # doctest: +SKIP
2

.. c:function:: int water(int days)

.. c:alias:: water

.. cpp:function:: bool weed(int row)

.. cpp:alias:: weed

|inst| :math:`x`
----------------

.. |inst| replace:: A heading **of** parts
"""


@pytest.fixture(scope="module")
def sources(rootdir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    src = tmp_path_factory.mktemp("fast") / "src"
    shutil.copytree(rootdir / "test-wiki", src)
    lines = (
        "To [[page 1]] and [[Nowhere]] #mulch, - 'said' -- *so*.",
        icon("hana") + "A turn. `code` $x^2$",
        "| a | b |\n| --- | --- |\n| 1 | [[Page 2]] |",
        "a\n\n---\n\nb\n\n---\n",
        "### Heading [^1]",
        "    - item [[soil temperature]]",
        "```py\nprint('種まき')\n```",
    )
    site = Site(src)
    # One that is removed later, and whose words other pages have: Sphinx would keep its own.
    titles = {number: f"Page {number}" for number in range(12)} | {4: "Page 1 2"}
    site.write({f"wiki/{number}.md": page(title, *lines) for number, title in titles.items()})
    site.write({"code.rst": CODE})
    return src


def _build(
    sources: Path, src: Path, builder: str = "html", parallel: int = 2, **config: Any
) -> Built:
    """A whole build, one after an edit and a removal, and one without a change."""
    shutil.copytree(sources, src)
    site = Site(src)
    site.build(builder, parallel=parallel, **HERE, **config)
    site.write({"wiki/3.md": page("Page 3", "Something else, on [[Page 5]].")})
    (src / "wiki/4.md").unlink()
    site.build(builder, parallel=parallel, **HERE, **config)
    return site.build(builder, parallel=parallel, **HERE, **config)


@pytest.fixture(scope="module")
def expected(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The HTML output with all shortcuts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1780000000")
        return output(_build(sources, tmp_path_factory.mktemp("known") / "src").out)


@pytest.mark.parametrize("builder", ["html", "epub", "text"])
def test_output_is_the_same_without_shortcuts(
    sources: Path, tmp_path: Path, builder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")
    fast = _build(sources, tmp_path / "fast" / "src", builder)
    slow = _build(sources, tmp_path / "slow" / "src", builder, scrapbox_fast=False)
    assert fast.warnings == slow.warnings
    assert output(fast.out) == output(slow.out)


def test_few_doctrees_in_memory_are_enough(
    sources: Path, tmp_path: Path, expected: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")
    for name in ("MOST_DOCTREES", "MOST_WAITING"):
        monkeypatch.setattr(doctree_cache, name, 2)
    most: list[int] = []
    original = doctree_cache.WaitingDoctrees.__setitem__

    def count(self: doctree_cache.WaitingDoctrees, name: str, doctree: nodes.document) -> None:
        original(self, name, doctree)
        most.append(len(self))

    monkeypatch.setattr(doctree_cache.WaitingDoctrees, "__setitem__", count)
    built = _build(sources, tmp_path / "src", parallel=0)
    assert max(most) == 2
    assert output(built.out) == expected


def test_each_word_is_stemmed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words: list[str] = []
    language = languages["en"]
    assert not isinstance(language, str)

    class Counting(language):  # type: ignore[valid-type,misc]
        def stem(self, word: str) -> str:
            words.append(word)
            return f"{word}s"

    monkeypatch.setitem(languages, "en", Counting)
    pages = {f"{n}.md": page(f"Page {n}", "A bed of clover") for n in range(3)}
    built = Site(tmp_path / "src", {"index.md": "# Beds\n", **pages}).build(**HERE)
    assert words.count("clover") == 1
    assert len(words) == len(set(words))
    assert '"clovers":[' in built.text("searchindex.js")


# -- internals that look different -----------------------------------------------------


class Other(dict[str, Any]):
    """A table that works, but is not the plain dict that is known."""


class OtherList(list[Any]):
    """A list that works, but is not the plain list that is known."""


def _other_transforms(monkeypatch: pytest.MonkeyPatch) -> None:
    original = Transformer.__init__

    def init(self: Transformer, document: nodes.document) -> None:
        original(self, document)
        self.transforms = OtherList()

    monkeypatch.setattr(Transformer, "__init__", init)


def _other_merge(monkeypatch: pytest.MonkeyPatch) -> None:
    original = TitleCollector.merge_other

    def merge_other(self: TitleCollector, *args: Any) -> None:
        if len(args[-1].titles) < 2:
            raise KeyError("a document that this process did not read")
        original(self, *args)

    monkeypatch.setattr(TitleCollector, "merge_other", merge_other)


def _other_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    original = BuildEnvironment.__init__

    def init(self: BuildEnvironment, app: Sphinx) -> None:
        original(self, app)
        self.tocs = Other()

    monkeypatch.setattr(BuildEnvironment, "__init__", init)


def _other_index(monkeypatch: pytest.MonkeyPatch) -> None:
    original = IndexBuilder.__init__

    def init(self: IndexBuilder, *args: Any) -> None:
        original(self, *args)
        self._mapping = Other(self._mapping)

    monkeypatch.setattr(IndexBuilder, "__init__", init)


def _other_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    collect = IndexBuilder._word_collector

    def other(self: IndexBuilder, document: nodes.document) -> Any:
        return collect(self, document)

    monkeypatch.setattr(IndexBuilder, "_word_collector", other)


def _other_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    original = getattr(sphinx_docutils, "_get_settings", None)  # Sphinx 9

    def get_settings(*components: Any, **options: Any) -> Any:
        assert original is not None
        return original(*components, **options)

    monkeypatch.setattr(sphinx_docutils, "_get_settings", get_settings, raising=False)


def _other_translator(monkeypatch: pytest.MonkeyPatch) -> None:
    original = HTML5Translator.__init__

    def init(self: HTML5Translator, *args: Any) -> None:
        original(self, *args)
        self.other = Other()  # type: ignore[attr-defined]

    monkeypatch.setattr(HTML5Translator, "__init__", init)


def _other_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unknown(Transform):
        default_priority = 1

        def apply(self, **kwargs: Any) -> None:
            pass

    monkeypatch.setattr(sphinx_html, "_WRITER_TRANSFORMS", [Unknown])


def _other_transformer(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unknown(SphinxTransformer):
        pass

    monkeypatch.setattr(sphinx_environment, "SphinxTransformer", Unknown)


def _other_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    walkabout = nodes.Node.walkabout

    def other(self: nodes.Node, visitor: nodes.NodeVisitor, *more: Any) -> bool:
        return walkabout(self, visitor)

    monkeypatch.setattr(nodes.Node, "walkabout", other)


def _other_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    original = nodes.Element.__init__

    def init(self: nodes.Element, *args: Any, **attributes: Any) -> None:
        original(self, *args, **attributes)

    monkeypatch.setattr(nodes.Element, "__init__", init)


SINCE_9 = pytest.mark.skipif(sphinx.version_info < (9,), reason="Sphinx 8 renders parts otherwise")


@pytest.mark.parametrize(
    ("change", "names", "parallel"),
    [
        (_other_settings, "the settings of documents", 1),
        (_other_transforms, "the transforms of docutils", 1),
        (_other_merge, "the tables of the environment", 2),
        (_other_tables, "the tables of the environment", 2),
        (_other_index, "the search index", 1),
        (_other_feed, "how words are added to the search index", 1),
        pytest.param(_other_translator, "translators for parts of pages", 1, marks=SINCE_9),
        pytest.param(_other_parts, "parts of pages", 1, marks=SINCE_9),
        (_other_walk, "translators", 1),
        (_other_nodes, "the methods of nodes", 1),
        (_other_transformer, "the transforms of the environment", 1),
    ],
)
def test_unknown_internals_are_left_alone(
    sources: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    expected: dict[str, bytes],
    change: Callable[[pytest.MonkeyPatch], None],
    names: str,
    parallel: int,
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")
    messages: list[str] = []
    handler = logging.Handler()
    monkeypatch.setattr(handler, "emit", lambda record: messages.append(record.getMessage()))
    logger = logging.getLogger("sphinx.sphinx_scrapbox")
    logger.addHandler(handler)
    logging.disable(logging.NOTSET)
    note_unknown_internals.cache_clear()
    change(monkeypatch)
    try:
        built = _build(sources, tmp_path / "unknown" / "src", parallel=parallel)
    finally:
        logging.disable(logging.DEBUG)
        logger.removeHandler(handler)
        note_unknown_internals.cache_clear()
    unknown = [message for message in messages if "unknown to this version" in message]
    unknown_names = {message.partition(":")[0] for message in unknown}
    assert unknown_names - UNKNOWN_HERE == {names} - UNKNOWN_HERE
    assert len(unknown_names) == len(unknown)
    assert built.warnings == []
    assert output(built.out) == expected


# -- what is saved ---------------------------------------------------------------------


def _applied(sources: Path, folder: Path, **config: Any) -> set[str]:
    """The names of the transforms that were applied to a wiki page before ``doctree-read``."""
    shutil.copytree(sources, folder)
    names: set[str] = set()

    def note(app: Sphinx, document: nodes.document) -> None:
        if document["source"].endswith("/1.md"):
            names.update(entry[1].__name__ for entry in document.transformer.applied)

    app = SphinxTestApp("dummy", srcdir=folder, confoverrides={**HERE, **config})
    app.connect("doctree-read", note)
    app.build()
    app.cleanup()
    return names


@pytest.mark.skipif(sphinx.version_info < (9,), reason="Sphinx 8 adds transforms after parsing")
def test_transforms_are_skipped(sources: Path, tmp_path: Path) -> None:
    fast = _applied(sources, tmp_path / "fast")
    slow = _applied(sources, tmp_path / "slow", scrapbox_fast=False)
    assert fast < slow
    assert {"GlossarySorter", "DoctestTransform", "Locale"} <= slow - fast
    assert len(slow - fast) > 15


def test_an_unchanged_index_is_neither_read_nor_written(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    for name in ("load", "dump"):
        original = getattr(IndexBuilder, name)

        def call(self: IndexBuilder, *args: Any, _call: Any = original) -> None:
            calls.append(_call.__name__)
            _call(self, *args)

        monkeypatch.setattr(IndexBuilder, name, call)
    shutil.copytree(sources, tmp_path / "src")
    site = Site(tmp_path / "src")
    site.build(**HERE)
    calls.clear()
    site.build(**HERE)
    assert calls == []
    site.build(**HERE, scrapbox_fast=False)
    assert calls == ["load", "dump"]


def test_an_index_is_pruned_as_sphinx_does_it(tmp_path: Path) -> None:
    """But for words that no document has any more, which Sphinx keeps."""
    env = Site(tmp_path / "src", {"index.md": "# Index\n"}).build("dummy").app.env

    def tables(
        kept: set[str], prune: Callable[[IndexBuilder, set[str]], None]
    ) -> list[dict[str, object]]:
        index = IndexBuilder(env, "en", {}, "")
        index._titles = {"a": "A", "b": "B", "c": "C"}
        index._all_titles = {name: [(name.upper(), None)] for name in "abc"}
        index._filenames = {name: f"{name}.md" for name in "abc"}
        index._mapping = {"one": {"a", "b"}, "two": {"b"}}
        index._title_mapping = {"three": {"c"}}
        prune(index, kept)
        return [getattr(index, name) for name in (*BY_DOCNAME, *BY_WORD)]

    for kept in ({"a", "b", "c"}, {"a", "c"}, {"c", "z"}, set[str]()):
        by_sphinx = tables(kept, IndexBuilder.prune)
        assert tables(kept, prune) == [
            {name: value for name, value in table.items() if value} for table in by_sphinx
        ]
