"""Our trees of real pages are the reference parser's, but for its known errors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from scripts import benchmark_script

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def compare() -> Iterator[ModuleType]:
    yield from benchmark_script("compare_reference")


@pytest.mark.parametrize("name", ["nishio", "villagepump"])
def test_real_pages(compare: ModuleType, shared: Path, name: str) -> None:
    report = compare.compare_project(shared / "native" / f"{name}.json")
    assert report.pages > 100
    assert not report.missing
    assert report.unexplained == []


def test_a_wrong_tree_is_noticed(compare: ModuleType) -> None:
    plain = {"type": "plain", "raw": "[a]", "text": "[a]"}
    tree = [
        {"type": "title", "text": "t"},
        {"type": "line", "indent": 0, "nodes": [plain]},
    ]
    report = compare.Report()
    compare.compare_page(["t", "[a]"], tree, report)
    assert len(report.unexplained) == 1


def test_a_known_error_has_a_reason(compare: ModuleType) -> None:
    link = {"type": "link", "raw": "https://x.y]", "pathType": "absolute"}
    link |= {"href": "https://x.y", "content": "]"}
    tree = [
        {"type": "title", "text": "t"},
        {"type": "line", "indent": 0, "nodes": [link]},
    ]
    report = compare.Report()
    compare.compare_page(["t", "https://x.y]"], tree, report)
    assert report.unexplained == []
    assert dict(+report.reasons) == {compare.Reason.BARE_ADDRESS: 1}
