"""What is done once for all documents gives each of them what Sphinx gives it."""

from __future__ import annotations

import gc
import logging
import pickle
from pathlib import Path
from typing import Any

import pytest
import sphinx
import sphinx.events as sphinx_events
from docutils import nodes
from docutils.parsers.rst import Parser
from docutils.readers import standalone
from docutils.utils import new_document
from sites import Site, page
from sphinx import addnodes
from sphinx.errors import ExtensionError
from sphinx.testing.util import SphinxTestApp
from sphinx.util import display
from sphinx.util import docutils as sphinx_docutils
from sphinx.util import logging as sphinx_logging

from sphinx_scrapbox.sphinx_ext.performance.documents import doctree_cache, node_methods
from sphinx_scrapbox.sphinx_ext.performance.documents.settings import kept_settings

pytestmark = pytest.mark.skipif(
    sphinx.version_info < (9,), reason="Sphinx 8 keeps the settings itself"
)


def _settings(get: Any, **defaults: Any) -> Any:
    return get(standalone.Reader, Parser(), defaults=defaults, read_config_files=True)


def _plain(settings: Any) -> dict[str, Any]:
    plain = dict(vars(settings))
    plain["record_dependencies"] = plain["record_dependencies"].list
    return plain


def test_settings_are_those_of_sphinx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "docutils.conf"
    config.write_text("[general]\nstrip_classes: note\ntab_width: 3\n", "utf-8")
    monkeypatch.setenv("DOCUTILSCONFIG", str(config))
    original = sphinx_docutils._get_settings
    get = kept_settings(original)
    locales: list[str] = ["de"]
    defaults = {"smartquotes_locales": locales, "input_encoding": "utf-8"}
    expected = _plain(_settings(original, **defaults))
    assert expected["tab_width"] == 3
    for _ in range(2):
        settings = _settings(get, **defaults)
        assert type(settings) is type(_settings(original, **defaults))
        assert _plain(settings) == expected
        assert settings.smartquotes_locales is locales  # as Sphinx shares it
        settings.strip_classes.append("changed")
        settings.record_dependencies.add("changed")
        settings.tab_width = 9
    assert _settings(get, input_encoding="latin-1").input_encoding == "latin-1"
    assert _settings(get, **defaults).input_encoding == "utf-8"


def test_a_file_of_dependencies_is_opened_for_each_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "docutils.conf"
    config.write_text(f"[general]\nrecord_dependencies: {tmp_path / 'list'}\n", "utf-8")
    monkeypatch.setenv("DOCUTILSCONFIG", str(config))
    get = kept_settings(sphinx_docutils._get_settings)
    first, second = _settings(get), _settings(get)
    assert first.record_dependencies.file is not second.record_dependencies.file
    for settings in (first, second):
        settings.record_dependencies.close()


CONF = """
import logging
from docutils import nodes
from sphinx import events
from sphinx.util import display, docutils, logging as sphinx_logging

extensions = ["sphinx_scrapbox"]
scrapbox_project = "garden-en"
original = docutils._get_settings
seen, replaced = {}, {}


def note(event):
    def handler(app, *args):
        level = logging.getLogger(sphinx_logging.NAMESPACE).level
        is_progress = type(display.logger).__name__ == "ProgressLogger"
        seen[event] = (docutils._get_settings is original, level)
        names = {"repr": hasattr(events, "repr"), "progress": is_progress, "nodes": is_new()}
        replaced[event] = {name for name, is_there in names.items() if is_there}
        if event == "build-finished":
            app.config.seen, app.config.replaced = seen, replaced
    return handler


def is_new():
    methods = nodes.Node.findall, nodes.Node.setup_child, nodes.Element.__init__
    return any(method.__module__ != "docutils.nodes" for method in methods)


def setup(app):
    for event in ("builder-inited", "doctree-read", "env-check-consistency", "build-finished"):
        app.connect(event, note(event))
"""
FILES = {"conf.py": CONF, "index.md": "# Index\n"}


def test_replacements_last_as_long_as_they_are_of_use(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", {**FILES, "1.md": page("Page 1", "Mulch.")})
    untouched = (True, logging.DEBUG)
    built = site.build()
    seen: dict[str, tuple[bool, int]] = built.app.config.seen
    assert seen.pop("doctree-read") == (False, logging.INFO)
    assert seen.pop("env-check-consistency") == (True, logging.INFO)
    assert set(seen.values()) == {untouched}
    replaced: dict[str, set[str]] = built.app.config.replaced
    assert replaced == {
        "builder-inited": set(),
        "doctree-read": {"repr", "progress", "nodes"},
        "env-check-consistency": {"repr", "progress", "nodes"},
        "build-finished": set(),
    }
    built = site.build(scrapbox_fast=False, force=True)
    assert set(built.app.config.seen.values()) == {untouched}
    assert not any(built.app.config.replaced.values())


def test_replacements_end_with_a_build_that_fails(tmp_path: Path) -> None:
    fails = "\n    app.connect('doctree-read', lambda *args: 1 / 0)\n"
    site = Site(tmp_path / "src", {**FILES, "conf.py": CONF + fails})
    original = sphinx_docutils._get_settings
    with pytest.raises(ExtensionError):
        site.build()
    assert sphinx_docutils._get_settings is original
    assert logging.getLogger(sphinx_logging.NAMESPACE).level == logging.DEBUG


def test_a_build_that_is_interrupted_does_not_keep_others_from_fast_nodes(tmp_path: Path) -> None:
    Site(tmp_path, FILES)
    of_builds: list[object] = []
    interrupted, finished = (SphinxTestApp("dummy", srcdir=tmp_path) for _ in range(2))
    assert nodes.Node.findall is not node_methods.findall
    node_methods.speed_up_nodes(interrupted, interrupted.env, [])
    finished.connect("env-check-consistency", lambda *_: of_builds.append(nodes.Node.findall))
    interrupted.cleanup()
    del interrupted
    gc.collect()
    finished.build()
    finished.cleanup()
    assert of_builds == [node_methods.findall]
    assert nodes.Node.findall is not node_methods.findall


def test_a_handler_below_the_logger_of_sphinx_gets_its_records(tmp_path: Path) -> None:
    records: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: records.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger(f"{sphinx_logging.NAMESPACE}.sphinx.events")
    logger.addHandler(handler)
    logging.disable(logging.NOTSET)
    try:
        Site(tmp_path / "src", FILES).build("dummy")
    finally:
        logging.disable(logging.DEBUG)
        logger.removeHandler(handler)
    assert any("source-read" in record for record in records)


def test_few_pickled_doctrees_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctree_cache, "MOST_DOCTREES", 3)
    files = {f"{n}.md": page(f"Page {n}", "Mulch.") for n in range(9)}
    site = Site(tmp_path / "src", {**FILES, **files})
    built = site.build("dummy")
    cache = built.app.env._pickled_doctree_cache
    for number in range(9):
        built.app.env.get_doctree(f"{number}")
    assert list(cache) == ["6", "7", "8"]
    assert built.app.env.get_doctree("7")["source"].endswith("7.md")
    assert list(cache) == ["6", "7", "8"]


def _shown(folder: Path, **config: Any) -> tuple[str, list[str]]:
    """What a build says, and the last messages that a report of a crash would hold."""
    app = SphinxTestApp("dummy", srcdir=folder, freshenv=True, confoverrides=config)
    app.build()
    app.cleanup()
    return app.status.getvalue(), list(app.messagelog)


@pytest.mark.parametrize("colour", ["", "1"])
def test_progress_is_shown_as_by_sphinx(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, colour: str
) -> None:
    if colour:
        monkeypatch.setenv("FORCE_COLOR", colour)
    else:
        monkeypatch.setenv("NO_COLOR", "1")
    Site(tmp_path, {"conf.py": CONF, "index.md": "# Index\n", "1.md": page("Page 1", "Mulch.")})
    status, messages = _shown(tmp_path)
    assert "[ 50%]" in status
    assert (status, messages) == _shown(tmp_path, scrapbox_fast=False)


def test_a_closed_stream_does_not_stop_a_build(tmp_path: Path) -> None:
    Site(tmp_path, FILES)
    app = SphinxTestApp("dummy", srcdir=tmp_path)
    app.connect("env-before-read-docs", lambda *_: app.status.close(), priority=1000)
    logging.raiseExceptions = False  # logging would report the stream as well
    try:
        app.build()
    finally:
        logging.raiseExceptions = True
        app.cleanup()
    assert "index" in app.env.all_docs


def test_what_others_replaced_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sphinx_events, "repr", repr, raising=False)

    class Other(sphinx_logging.SphinxLoggerAdapter):
        pass

    other = Other(logging.getLogger("sphinx.other"), {})
    monkeypatch.setattr(display, "logger", other)
    Site(tmp_path / "src", FILES).build("dummy")
    assert vars(sphinx_events)["repr"] is repr
    assert display.logger is other


def _tree() -> nodes.document:
    document = new_document("source")
    document.current_line = 7
    section = nodes.section("", nodes.title("raw", "Beds"), IDS=["beds"], names=["beds"])
    listed = nodes.bullet_list("", nodes.list_item("", nodes.paragraph("", "Mulch.")), bullet="-")
    section += [listed, nodes.paragraph("", "", nodes.strong("", "deep"), nodes.Text("!"))]
    document += section
    section += addnodes.pending_xref("", nodes.inline(), reftarget="x", refexplicit=1)
    document.settings = document.reporter = document.transformer = None  # type: ignore[assignment]
    return document


CONDITIONS: list[Any] = [
    None,
    nodes.Text,
    nodes.Element,
    nodes.table,
    lambda node: isinstance(node, nodes.paragraph),
]


def _found(root: nodes.Node, condition: Any, **options: bool) -> list[str]:
    """The nodes that are found while one is replaced and one removed."""
    found = []
    for node in root.findall(condition, **options):
        found.append(f"{type(node).__name__}: {node.astext()}")
        if isinstance(node, nodes.strong):
            node.replace_self(nodes.emphasis("", "", nodes.Text("new")))
        elif isinstance(node, nodes.list_item):
            node.parent.remove(node)
    return found


def _of_nodes() -> list[object]:
    tree = _tree()
    section = next(iter(tree.findall(nodes.section)))
    text = section.children[-1]
    return [
        pickle.dumps(tree),
        [(node.document is tree, node.line, node.source) for node in text.findall()],
        nodes.Text("alone").document,
        *(
            _found(_tree(), condition, include_self=include_self)
            for condition in CONDITIONS
            for include_self in (True, False)
        ),
        [repr(node) for node in section.children[0].findall(nodes.paragraph, siblings=True)],
        [repr(node) for node in section.findall(descend=False)],
    ]


@pytest.mark.skipif(sphinx.version_info < (9,), reason="the methods of docutils 0.21 are kept")
def test_methods_of_nodes_do_what_those_of_docutils_do(tmp_path: Path) -> None:
    expected = _of_nodes()
    of_build: list[object] = []
    Site(tmp_path, FILES)
    app = SphinxTestApp("dummy", srcdir=tmp_path)
    app.connect("env-check-consistency", lambda *_: of_build.extend(_of_nodes()))
    app.connect("env-check-consistency", lambda *_: of_build.append(nodes.Node.findall))
    app.build()
    app.cleanup()
    assert of_build.pop() is node_methods.findall
    assert of_build == expected
    assert nodes.Node.findall is not node_methods.findall
    with pytest.raises(TypeError, match="rawsource"):
        node_methods.new_element(nodes.inline(), nodes.inline())
