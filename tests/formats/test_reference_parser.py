"""Our trees of real pages are the reference parser's, but for its known errors."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from scripts import benchmark_script
from test_reader_notation import any_text

from sphinx_scrapbox.formats.notation.inlines import read_notation_inline

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


@pytest.mark.parametrize(
    ("row", "nodes"),
    [
        ("\x05", [{"type": "plain", "raw": "\x05", "text": "\x05"}]),
        (
            "[a]\x05",
            [
                {"type": "link", "raw": "[a]", "pathType": "relative", "href": "a", "content": ""},
                {"type": "plain", "raw": "\x05", "text": "\x05"},
            ],
        ),
    ],
)
def test_control_characters_are_no_difference(
    compare: ModuleType, row: str, nodes: list[dict[str, str]]
) -> None:
    tree = [{"type": "title", "text": "t"}, {"type": "line", "indent": 0, "nodes": nodes}]
    report = compare.Report()
    compare.compare_page(["t", row], tree, report)
    assert report.unexplained == []
    assert dict(report.reasons) == {compare.Reason.CONTROL: 1}


BRACKET = "https://x.y]"


def bracket_tree() -> list[dict[str, object]]:
    """The reference takes the bracket behind an address for its label."""
    link = {"type": "link", "raw": BRACKET, "pathType": "absolute"}
    link |= {"href": "https://x.y", "content": "]"}
    return [
        {"type": "title", "text": "t"},
        {"type": "line", "indent": 0, "nodes": [link]},
    ]


def test_a_known_error_has_a_reason(compare: ModuleType) -> None:
    report = compare.Report()
    compare.compare_page(["t", BRACKET], bracket_tree(), report)
    assert report.unexplained == []
    assert dict(+report.reasons) == {compare.Reason.BARE_ADDRESS: 1}


def test_a_reason_is_no_excuse(compare: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the reference errs, our tree is compared with the rules, not with itself."""
    wrong = compare.read_lines(["t", "https://x.y"])
    monkeypatch.setattr(compare, "read_lines", lambda rows: wrong)
    report = compare.Report()
    compare.compare_page(["t", BRACKET], bracket_tree(), report)
    assert len(report.unexplained) == 1


@given(any_text)
def test_the_rules_agree_with_the_reader(compare: ModuleType, text: str) -> None:
    rules = sys.modules["notation_rules"]
    for row in text.split("\n"):
        expected = rules.expected_line(rules.without_controls(row))
        assert read_notation_inline(row.rstrip("\r")) == expected
