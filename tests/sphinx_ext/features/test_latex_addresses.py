"""Addresses and characters outside ASCII in LaTeX, and the settings for a site in Japanese."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from sites import ROOT, Built, Site

from sphinx_scrapbox.sphinx_ext.features.languages.addresses import ascii_address

ADDRESS = "https://例え.jp/とても長い頁の名前/その先の頁?語=堆肥と腐葉土の違いについて#第一章"
FILES = {
    "index.md": "# 庭 🌱\n\n```{toctree}\nwiki/堆肥\n```\n",
    "wiki/堆肥.scrapbox": (
        f"堆肥 🌱👍🏽👩\u200d💻\n{ADDRESS}\n[名前 {ADDRESS}] ① ✓ ℃ → ≒ ❤️ 𠮷 𝒞\n"
        "`藁 🌱` [https://example.org/straw]\n"
        f"{'[2024/03/09]' * 20}\nhttps://example.org/{'straw-' * 20}\n"
        "code:plan.py\n 藁 = '🌱\ufffd'\n\ufffd は読めない\n"
    ),
}


def settings() -> dict[str, Any]:
    """What the guide says for a site in Japanese."""
    guide = (ROOT / "example_docs/how-to/japanese-pdf.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(language = .*?xelatex.*?)```", guide, re.DOTALL)
    config: dict[str, Any] = {}
    exec(block, config)
    return {name: value for name, value in config.items() if not name.startswith("__")}


def build(folder: Path, **config: Any) -> Built:
    documents = [("index", "book.tex", "庭", "", "manual")]
    built = Site(folder / "src", FILES).build("latex", latex_documents=documents, **config)
    assert built.warnings == []
    return built


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("book"), **settings())


def test_address_is_a_link_with_a_text(book: Built) -> None:
    text = book.text("book.tex")
    assert "\\sphinxurl{https://example.org/straw}" in text
    (shown, named) = re.findall(
        r"\\sphinxhref\{(https://xn--[^{}]*)\}\{(https[^\n]*|名前)\}", text
    )
    assert shown[0] == named[0]
    assert shown[0].replace("\\", "").isascii()
    assert (
        "https://\\allowbreak{}例え.\\allowbreak{}jp/\\allowbreak{}とても長い頁の名前/" in shown[1]
    )


def test_lines_end_between_links(book: Built) -> None:
    assert book.text("book.tex").count("}\\allowbreak{}\\DUrole{xref}{") == 19


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://例え.jp:80/あ%20?b#う", "https://xn--r8jz45g.jp:80/%E3%81%82%20?b#%E3%81%86"),
        (f"https://{'あ' * 99}.jp/", f"https://{'%E3%81%82' * 99}.jp/"),
        ("https://example.org/%E3", "https://example.org/%E3"),
    ],
)
def test_ascii_address(address: str, expected: str) -> None:
    assert ascii_address(address) == expected


def test_replacement_character(book: Built, tmp_path: Path) -> None:
    """LuaTeX takes it for an error of the file."""
    assert "\ufffd は読めない" in book.text("book.tex")
    text = build(tmp_path, latex_engine="lualatex").text("book.tex")
    assert "\\symbol{65533} は読めない" in text
    assert "[U+FFFD]" in text  # code has no commands
    assert "\ufffd" not in text


def _is_complete() -> bool:
    if not all(map(shutil.which, ("xelatex", "fc-list", "kpsewhich"))):
        return False

    commands = [
        *(["fc-list", "Noto Serif CJK JP"], ["fc-list", "Symbola"]),
        *(["kpsewhich", "FreeSerif.otf"], ["kpsewhich", "xeCJK.sty"]),
    ]
    found = (subprocess.run(command, capture_output=True, check=False) for command in commands)
    return all(result.stdout for result in found)


@pytest.mark.skipif(not _is_complete(), reason="no xelatex, xeCJK, GNU FreeFont, Noto or Symbola")
def test_no_character_is_missing(book: Built) -> None:
    for _run in range(2):  # the second has a table of contents
        command = ["xelatex", "-interaction=nonstopmode", "book.tex"]
        subprocess.run(command, cwd=book.out, capture_output=True, check=False)
    log = (book.out / "book.log").read_text(encoding="utf-8", errors="replace")
    assert "Output written on book.pdf" in log
    assert re.findall(r"^!.*|^Missing character.*|^Overfull \\hbox.*", log, re.M) == []
