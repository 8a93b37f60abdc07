"""Pages of another language in LaTeX, with and without a TeX installation."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from sites import Built, Site

FILES = {
    "index.md": "# Garden\n\n```{scrapbox:pages}\n```\n\n"
    "```{toctree}\nwiki/mulch\nwiki/ko\nwiki/en\n```\n",
    "wiki/mulch.scrapbox": (
        "敷き藁\n[*** 夏]\nわらを敷くと土が乾きにくくなり、雑草も生えにくくなるので、"
        "夏の前に十分な厚さで敷いておくのがよい。根元には触れないようにする。`藁(3)`\n"
        "code:plan.py\n 藁 = 3\n[Compost]\n"
    ),
    "wiki/ko.scrapbox": "토마토\n물은 아침에 주는 것이 좋고 잎이 젖지 않게 천천히 준다.\n",
    "wiki/en.scrapbox": "Compost\nLeaves and grass, or 堆肥づくり.\n",
}


def _has(font: str) -> bool:
    if not all(map(shutil.which, ("xelatex", "fc-list", "kpsewhich"))):
        return False
    listed = subprocess.run(["fc-list", font], capture_output=True, check=False)
    found = subprocess.run(["kpsewhich", "FreeSerif.otf"], capture_output=True, check=False)
    return bool(listed.stdout) and found.returncode == 0


HAS_FONTS = _has("Noto Serif CJK JP")


def _problems(book: Built) -> list[str]:
    """What XeLaTeX reports: errors, characters without a font, lines that do not break."""
    command = ["xelatex", "-interaction=nonstopmode", "book.tex"]
    for _run in range(2):  # the second has a table of contents
        subprocess.run(command, cwd=book.out, capture_output=True, check=False)
    log = (book.out / "book.log").read_text(encoding="utf-8", errors="replace")
    assert "Output written on book.pdf" in log
    return re.findall(r"^!.*|^Missing character.*|^Overfull \\hbox.*", log, re.M)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Built:
    site = Site(tmp_path_factory.mktemp("book") / "src", FILES)
    config = {"latex_engine": "xelatex", "latex_use_xindy": False}
    built = site.build(
        "latex", **config, latex_documents=[("index", "book.tex", "", "", "manual")]
    )
    assert built.warnings == []
    return built


def test_each_page_switches_and_switches_back(book: Built) -> None:
    text = book.text("book.tex")
    body = text[text.index("\\begin{document}") :]
    marks = r"\\chapter\{.*\}|\\(?:sub)*section\{.*\}|\\begingroup\\scrapbox.*|\\par\\endgroup"
    assert re.findall(marks, body) == [
        "\\chapter{\\scrapboxtextja{敷き藁}}",
        "\\begingroup\\scrapboxuselanguage{ja}",
        "\\section{\\scrapboxtextja{夏}}",
        "\\par\\endgroup",
        "\\chapter{\\scrapboxtextko{토마토}}",
        "\\begingroup\\scrapboxuselanguage{ko}",
        "\\par\\endgroup",
        "\\chapter{Compost}",
    ]
    # Titles in lists, in a command that languages.tex defines.
    assert "\\DUrole{language-ja}{敷き藁}" in body
    assert "grass, or \\DUrole{language-ja}{堆肥づくり}." in body


def test_nothing_in_the_language_of_the_site(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", {name: FILES[name] for name in FILES if "ko" not in name})
    site.write({"index.md": FILES["index.md"].replace("wiki/ko\n", "")})
    built = site.build(
        "latex",
        language="ja",
        latex_engine="xelatex",
        latex_use_xindy=False,
        latex_docclass={"manual": "report"},
        latex_documents=[("index", "book.tex", "", "", "manual")],
    )
    text = built.text("book.tex")
    assert "\\begingroup\\scrapboxuselanguage" not in text
    # That language is the one of the whole document.
    assert "\\scrapboxmainlanguage{ja}" in text
    if HAS_FONTS:
        assert _problems(built) == []


@pytest.mark.skipif(not HAS_FONTS, reason="no xelatex, GNU FreeFont or Noto CJK")
def test_no_character_is_missing_and_lines_break(book: Built) -> None:
    assert _problems(book) == []
