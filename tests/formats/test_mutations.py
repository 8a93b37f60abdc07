"""Mutated pages: the script that makes them, and some hundred of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from scripts import benchmark_script
from sphinx.util.docutils import docutils_namespace

NOWHERE = Path("no corpus")


@pytest.fixture(scope="module")
def mutate() -> Iterator[ModuleType]:
    with docutils_namespace():  # the script registers nodes, as Sphinx does
        yield from benchmark_script("mutate")


def test_pages_keep_their_letters(mutate: ModuleType) -> None:
    faults = {
        number: fault
        for number in range(400)
        if (fault := mutate.fault(mutate.mutant(NOWHERE, 7, number)))
    }
    assert faults == {}


def test_a_page_is_always_the_same(mutate: ModuleType) -> None:
    pages = [mutate.mutant(NOWHERE, 7, number) for number in range(20)]
    assert [mutate.mutant(NOWHERE, 7, number) for number in range(20)] == pages
    assert len({page.text for page in pages}) == 20


@pytest.mark.parametrize(
    ("body", "shown", "lost"),
    [
        ("種 a", "<p>種 a</p>", set()),
        ("種 a", "<p>a</p>", {"種"}),
        ("é ü", '<a href="/%C3%A9">&uuml;</a>', set()),
        ("<img src='https://scrapbox.io/api/pages/庭/é/icon' alt='é.icon' />", "é", set()),
        ("\u3000、 a1", "", set()),
    ],
)
def test_lost_letters(mutate: ModuleType, body: str, shown: str, lost: set[str]) -> None:
    assert mutate.lost_letters(body, shown) == lost
    if lost:
        page = mutate.Mutant("notation", "Page", body)
        assert mutate.fault(page) == f"lost: {' '.join(lost)}"


def test_an_exception_is_a_fault(mutate: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def structure(page: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(mutate, "structure", structure)
    assert "RecursionError: too deep" in mutate.fault(mutate.Mutant("notation", "Page", ""))
