"""How much of the documentation must be translated, and what a translation must keep."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from scripts import benchmark_script


@pytest.fixture(scope="module")
def translated() -> Iterator[ModuleType]:
    yield from benchmark_script("translated")


def _catalogue(path: Path, messages: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "".join(f'msgid "{i}"\nmsgstr "{s}"\n\n' for i, s in messages.items()), "utf-8"
    )


@pytest.mark.parametrize(
    "text",
    ["4,127", "8.1 s, 114 MiB", "0.25–0.30 MB", "1.2 + 0.0 s", "`-j 2`", "{confval}`a`", ""],
)
def test_code_and_figures_have_no_words(translated: ModuleType, text: str) -> None:
    assert not translated.has_words(text)


@pytest.mark.parametrize("text", ["Hugo", "`tag` (error)", "{measured}`pages` pages", "2 files"])
def test_messages_with_words(translated: ModuleType, text: str) -> None:
    assert translated.has_words(text)


def test_a_translation_keeps_code_roles_and_targets(translated: ModuleType) -> None:
    texts = {"See :func:`f`.": "", "Set `x`.": "", "[A](a.md)": ""}
    kept = {
        "See :func:`f`.": ":func:`f` 参照",
        "Set `x`.": "`x` を設定",
        "[A](a.md)": "[あ](a.md)",
    }
    assert list(translated.mistakes("page", texts, kept)) == []
    lost = {"See :func:`f`.": "`f` 参照", "Set `x`.": "`y` を設定", "[A](a.md)": "[あ](b.md)"}
    assert len(list(translated.mistakes("page", texts, lost))) == 3


@pytest.mark.parametrize(("page", "count"), [("how-to/links", 1), ("reference/api", 0)])
def test_messages_that_are_gone(translated: ModuleType, page: str, count: int) -> None:
    assert len(list(translated.mistakes(page, {"New": ""}, {"New": "", "Old": "旧"}))) == count


@pytest.mark.parametrize(
    ("page", "missing", "code"),
    [
        ("reference/options", 1, 0),
        ("reference/options", 2, 1),
        ("reference/api", 20, 0),
        ("how-to/links", 1, 1),
    ],
)
def test_the_least_that_must_be_translated(
    translated: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    page: str,
    missing: int,
    code: int,
) -> None:
    texts = [f"Text {letter}" for letter in "abcdefghijklmnopqrst"]
    _catalogue(tmp_path / "pot" / f"{page}.pot", dict.fromkeys([*texts, "1,000"], ""))
    done = {text: "" if number < missing else "訳" for number, text in enumerate(texts)}
    _catalogue(tmp_path / "locale" / "ja" / "LC_MESSAGES" / f"{page}.po", {**done, "900": ""})
    monkeypatch.setattr(
        sys, "argv", ["translated.py", str(tmp_path / "pot"), str(tmp_path / "locale")]
    )
    with pytest.raises(SystemExit) as ended:
        translated.main()
    assert ended.value.code == code
    assert (f"{page}: Text a" in capsys.readouterr().err) is bool(code)
