"""Turns are found where people see them: lines of three languages, labelled by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from scripts import benchmark_script

from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.formats.markdown.writer import write_markdown
from sphinx_scrapbox.wiki.structure import structure

HERE = Path(__file__).resolve().parent
LANGUAGES = ("en", "ja", "ko")


@pytest.fixture(scope="module")
def turns() -> Iterator[ModuleType]:
    yield from benchmark_script("turns")


@pytest.mark.parametrize("language", LANGUAGES)
def test_labelled_lines(turns: ModuleType, language: str) -> None:
    rows = turns.read_labels(HERE / "turns" / f"{language}.jsonl")
    labels = Counter(row["label"] for row in rows)
    assert len(rows) >= 100
    assert labels["turn"] >= 40
    assert labels["sentence"] >= 40
    score = turns.score(rows)
    assert score.precision >= 0.97, [row["text"] for row in score.extra]
    assert score.recall >= 0.97, [row["text"] for row in score.lost]


@pytest.mark.parametrize("language", LANGUAGES)
def test_exported_lines_are_read_alike(turns: ModuleType, language: str) -> None:
    for row in turns.read_labels(HERE / "turns" / f"{language}.jsonl"):
        page, _ = turns.page_of(row)
        exported = read_markdown(write_markdown(page))
        found = [len(list(turns.turn_lines(structure(each).content))) for each in (page, exported)]
        assert found[0] == found[1], row["text"]


def test_labelled_lines_of_a_real_wiki(turns: ModuleType, shared: Path) -> None:
    path = shared / "turns" / "labels-a.jsonl"
    if not path.exists():
        pytest.skip(f"the labelled lines are not here: {path}")
    score = turns.score(turns.read_labels(path))
    assert score.precision >= 0.97, [row["text"] for row in score.extra]
    assert score.recall >= 0.97, [row["text"] for row in score.lost]


def test_wrong_readings_are_counted(turns: ModuleType) -> None:
    rows = [
        {"label": "turn", "text": "[mio.icon]dig"},
        {"label": "sentence", "text": "[mio.icon]dig"},
        {"label": "turn", "text": "[mio.icon]は掘る"},
    ]
    score = turns.score(rows)
    assert (score.right, score.extra, score.lost) == (1, rows[1:2], rows[2:])
    assert (score.precision, score.recall) == (0.5, 0.5)
