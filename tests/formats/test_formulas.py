"""Which TeX is mathematics: what passes here reaches LaTeX and MathJax as it stands."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinx_scrapbox.formats.tex import COMMANDS, ENVIRONMENTS, is_formula


@pytest.mark.parametrize(
    "tex",
    [
        "x",
        "a^2 + b^2 = c^2",
        "x^{2}_i",
        "",
        r"\frac{1}{2}",
        r"\frac 12",
        r"\sqrt[3]{x}",
        r"\sum_{i=0}^n \alpha_i",
        r"\left( \frac{a}{b} \right)",
        r"\left\{ a \middle| b \right.",
        r"\text{if } x > 0",
        r"\operatorname*{argmax}_x",
        r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
        r"\begin {pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix}",
        r"\begin{array}{cc} \begin{matrix} 1 & 2 \end{matrix} & 3 \end{array}",
        r"100\%",
        r"\$5 \# \_ \& \{ \} \, \; \: \! \|",
        "f: X → Y",
        r"\alpha\beta",
        "a\nb",
        r"\mathbb{R}",
        "{}",
    ],
)
def test_mathematics(tex: str) -> None:
    assert is_formula(tex) is bool(tex)


@pytest.mark.parametrize(
    "tex",
    [
        r"\input{/etc/passwd}",
        r"\include{x}",
        r"\openin5=x",
        r"\write18{ls}",
        r"\immediate\write18{ls}",
        r"\href{javascript:alert(1)}{x}",
        r"\url{x}",
        r"\csname input\endcsname{x}",
        r"\expandafter x",
        r"\def\x{y}",
        r"\let\x\y",
        r"\newcommand{\x}{y}",
        r"\catcode`\@=0",
        r"\require{html}",
        r"\style{color:red}{x}",
        r"\class{x}{y}",
        r"\unicode{65}",
        r"\includegraphics{x}",
        r"\color{red} x",
        r"\Input{x}",
        r"\inputx",
        r"\alphainput",
        r"\@input{x}",
        "\\input\n{x}",
        "^^5cinput{x}",
        "x^^M",
        r"\frac{1}{^^5cinput{x}}",
        r"\text{^^5cinput{x}}",
    ],
)
def test_commands_that_are_not_on_the_list(tex: str) -> None:
    assert not is_formula(tex)


@pytest.mark.parametrize(
    "tex",
    [
        "{",
        "}",
        "}{",
        "{a}}",
        r"\{{",
        r"\frac{1}{2",
        r"\left( x",
        r"\right)",
        r"\right) \left(",
        r"{\left(} \right)",
        r"\begin{matrix}",
        r"\end{matrix}",
        r"\begin{matrix} \end{cases}",
        r"{\begin{matrix}} \end{matrix}",
        r"\begin{matrix} { \end{matrix} }",
        r"\begin{document} \end{document}",
        r"\begin{verbatim} \end{verbatim}",
        r"\begin{equation} x \end{equation}",
        r"\begin{aligned*} x \end{aligned*}",
        r"\begin matrix",
        r"\begin",
        r"\begin{\alpha}",
        "a & b",
        r"{a & b}",
        r"\begin{matrix} {a & b} \end{matrix}",
        "a % b",
        "a # b",
        "a $ b",
        "$$",
        "a\n\nb",
        "a\n \t\nb",
        "a\x0cb",
        "a\x00b",
        "a\x1bb",
        "a\\",
        r"\(x\)",
        r"\[x\]",
        r"\'e",
        r"\é",
        "\\\x7f",
        "  \n ",
    ],
)
def test_what_would_stop_tex(tex: str) -> None:
    assert not is_formula(tex)


_pieces = st.sampled_from(
    r"""
    \alpha \frac \left( \right) \begin{matrix} \end{matrix} \begin{cases} \end{cases} { } & % # $
    \\ \{ \} x ^ _ ^^ \input \text{ \middle| \|
    """.split()
)


@given(st.text() | st.lists(_pieces).map(" ".join) | st.lists(_pieces).map("".join))
def test_any_text(tex: str) -> None:
    if is_formula(tex):
        assert tex.strip()
        assert "^^" not in tex
        unescaped = tex.replace("\\\\", "").replace("\\{", "").replace("\\}", "")
        assert unescaped.count("{") == unescaped.count("}")


@pytest.mark.parametrize(
    "piece",
    ["{", "{}", "\\", "\\alpha ", "\\begin", "\\begin ", "\\left(", "\n", "\n x", " ", "x", "^ "],
)
def test_linear(piece: str) -> None:
    def seconds(count: int) -> float:
        start = time.process_time()
        is_formula("\\alpha" + piece * count)
        is_formula("\\begin" + piece * count + "{")
        return time.process_time() - start

    assert seconds(100_000) < 2 or seconds(100_000) < 20 * seconds(20_000)


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="asks a TeX installation")
def test_latex_of_sphinx_knows_each_command(tmp_path: Path) -> None:
    """With the packages that Sphinx's own preamble loads, and no others."""
    asked = "\n".join(
        rf"\ifcsname {name}\endcsname\else\typeout{{UNKNOWN {name}}}\fi"
        for name in sorted(COMMANDS | ENVIRONMENTS)
    )
    (tmp_path / "x.tex").write_text(
        "\\documentclass{report}\\usepackage{amsmath,amssymb,amstext}\n"
        f"\\begin{{document}}{asked}\n\\end{{document}}"
    )
    command = ["pdflatex", "-interaction=batchmode", "x.tex"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    log = (tmp_path / "x.log").read_text(errors="replace")
    assert [row for row in log.splitlines() if row.startswith("UNKNOWN")] == []
