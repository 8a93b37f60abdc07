"""What is done once for all documents gives each of them what Sphinx gives it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
import sphinx
from docutils.parsers.rst import Parser
from docutils.readers import standalone
from sites import Site, page
from sphinx.errors import ExtensionError
from sphinx.util import docutils as sphinx_docutils
from sphinx.util import logging as sphinx_logging

from sphinx_scrapbox.sphinx_ext.performance import doctree_cache
from sphinx_scrapbox.sphinx_ext.performance.reading import kept_settings

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
from sphinx.util import docutils, logging as sphinx_logging

extensions = ["sphinx_scrapbox"]
scrapbox_project = "garden-en"
original = docutils._get_settings
seen = {}


def note(event):
    def handler(app, *args):
        level = logging.getLogger(sphinx_logging.NAMESPACE).level
        seen[event] = (docutils._get_settings is original, level)
        if event == "build-finished":
            app.config.seen = seen
    return handler


def setup(app):
    for event in ("builder-inited", "doctree-read", "env-check-consistency", "build-finished"):
        app.connect(event, note(event))
"""
FILES = {"conf.py": CONF, "index.md": "# Index\n"}


def test_replacements_last_as_long_as_they_are_of_use(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", {**FILES, "1.md": page("Page 1", "Mulch.")})
    untouched = (True, logging.DEBUG)
    seen: dict[str, tuple[bool, int]] = site.build().app.config.seen
    assert seen.pop("doctree-read") == (False, logging.INFO)
    assert seen.pop("env-check-consistency") == (True, logging.INFO)
    assert set(seen.values()) == {untouched}
    seen = site.build(scrapbox_fast=False, force=True).app.config.seen
    assert set(seen.values()) == {untouched}


def test_replacements_end_with_a_build_that_fails(tmp_path: Path) -> None:
    fails = "\n    app.connect('doctree-read', lambda *args: 1 / 0)\n"
    site = Site(tmp_path / "src", {**FILES, "conf.py": CONF + fails})
    original = sphinx_docutils._get_settings
    with pytest.raises(ExtensionError):
        site.build()
    assert sphinx_docutils._get_settings is original
    assert logging.getLogger(sphinx_logging.NAMESPACE).level == logging.DEBUG


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
