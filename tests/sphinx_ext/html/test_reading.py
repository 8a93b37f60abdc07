"""What readers meet in a browser, by the limits of ``benchmarks/reading.py``, in each theme."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from browsers import NEEDS_CHROMIUM, THEMES
from scripts import benchmark_script

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
pytestmark = [
    NEEDS_CHROMIUM,
    pytest.mark.filterwarnings("ignore:'sphinx_book_theme"),  # 1.4 on Sphinx 9
]


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    yield from benchmark_script("reading")


@pytest.fixture(scope="module")
def sources(script: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = script.write_sources(tmp_path_factory.mktemp("reading") / "src")
    return folder


def test_a_fault_is_found(script: ModuleType, browser: Any, tmp_path: Path) -> None:
    """On a page that has one of each kind, so that none is passed over by a change of axe-core."""
    shared = '<p><a href="x">A link</a></p><pre style="width: 5em; overflow: auto">long long</pre>'
    faults = """
        <div class="scrapbox-speech" id="twice"><p id="twice" style="color: #999">Pale</p></div>
        <table class="scrapbox-table"><tr><th></th><th>A</th></tr><tr><td>1<td>2</table>
        <div style="width: 2000px">Wide</div>
        <ul class="scrapbox-cards"><li><p>Short<li style="height: 9px"><p>Cut off</ul>
        <script>
          requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(
            () => document.body.prepend(Object.assign(document.createElement("div"),
              {style: "height: 300px"})), 50)));
        </script>"""
    head = '<!DOCTYPE html><html lang="en"><title>x</title><body><div class="body" role="main">'
    (tmp_path / "plain.html").write_text(f"{head}<h1>x</h1>{shared}")
    (tmp_path / "faults.html").write_text(f"{head}<h1>x</h1>{shared}{faults}")
    reading = script.read_theme(browser, tmp_path, "none", ["faults"])
    rules = {each.rule for each in reading.violations["light"]}
    assert rules == {"cards", "color-contrast", "duplicate-id", "empty-table-header"}
    rules = {each.rule for each in reading.violations["dark"]}
    assert rules == {"cards", "color-contrast", "duplicate-id"}
    uneven = [each.why for each in reading.violations["dark"] if each.rule == "cards"]
    assert [why.startswith("sizes") for why in uneven] == [True, False]
    assert reading.overflow["faults"][0] > 1500
    assert reading.shift["faults"] > script.MAX_SHIFT
    assert len(reading.problems()) == sum(map(len, reading.violations.values())) + 2


@pytest.mark.parametrize("theme", THEMES)
def test_pages_keep_the_limits(
    script: ModuleType, browser: Any, sources: Path, theme: str
) -> None:
    pytest.importorskip(theme, reason=f"{theme} is not installed")
    output = script.build(sources, sources.parent, theme)
    reading = script.read_theme(browser, output, theme, script.PAGES)
    print(f"\n{script.HEADER}\n{reading.row()}")
    assert reading.css[script.PAGES[0]] > 0  # our files are found under their names
    assert reading.problems() == []
