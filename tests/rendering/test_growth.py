"""The steps of reading, structuring and rendering a page grow with its size."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from types import FrameType, ModuleType

import pytest
from docutils.frontend import get_default_settings
from docutils.parsers.rst import Parser
from docutils.utils import new_document
from scripts import benchmark_script

from sphinx_scrapbox.formats import read
from sphinx_scrapbox.formats.page_file import limit_size
from sphinx_scrapbox.rendering import Site, render
from sphinx_scrapbox.wiki.structure import structure

FEW = 1_000
"""Calls that are too few to be compared."""


@pytest.fixture(scope="module")
def growth() -> Iterator[ModuleType]:
    yield from benchmark_script("growth")


def _calls(text: str, format: str) -> int:
    """The number of calls of Python functions and generators for a page."""
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    document = new_document("page", get_default_settings(Parser()))
    document.settings.report_level = 5
    before = sys.getprofile()
    gc.disable()  # what other tests left would be finalized, and counted
    sys.setprofile(note)
    try:
        render(structure(limit_size(read(text, format, "Page"))), Site(), document)
    finally:
        sys.setprofile(before)
        gc.enable()
    return max(count, FEW)


@pytest.mark.long
def test_four_times_the_text_takes_at_most_five_times_the_steps(growth: ModuleType) -> None:
    wrong = {}
    for page in growth.pages():
        format = "notation" if page.notation == "native" else "markdown"
        small, large = (_calls(page.text(size), format) for size in (500, 2_000))
        if large > 5 * small:
            wrong[page.notation, page.construct] = small, large
    assert wrong == {}


def test_steps_grow_with_the_number_of_footers(growth: ModuleType) -> None:
    text = f"---\ntitle: Page\n---\n\n{growth.FOOTER}"
    small, large = (
        _calls(text + f"a\n{growth.FOOTER}" * count, "markdown") for count in (50, 200)
    )
    assert FEW < large <= 5 * small
