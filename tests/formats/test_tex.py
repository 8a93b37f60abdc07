"""Which TeX is typeset, and as what: it reaches LaTeX and MathJax as it is written here."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinx_scrapbox.formats.tex import (
    LATEX_PREAMBLE,
    is_formula,
    read_code_block,
    read_formula,
)
from sphinx_scrapbox.formats.tex.commands import COMMANDS, DELIMITERS, SIGNS
from sphinx_scrapbox.formats.tex.environments import ENVIRONMENTS
from sphinx_scrapbox.formats.tex.macros import ALIASES, CHARACTERS, REPLACEMENTS, WRAPPERS
from sphinx_scrapbox.wiki.ast import CodeBlock


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
def test_mathematics_stays_as_it_is(tex: str) -> None:
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
        r"\color{url(x)} x",
        r"\colorname x",
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
        r"\begin{equation} x \\ y \end{aligned}",
        r"\begin matrix",
        r"\begin",
        r"\begin{\alpha}",
        "a & b",
        r"{a & b}",
        r"\begin{matrix} {a & b} \end{matrix}",
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
    ("tex", "typeset"),
    [
        # Commands of KaTeX that MathJax or LaTeX lacks.
        (r"x \in \R^n", r"x \in \mathbb{R}^n"),
        (r"x^\R", r"x^{\mathbb{R}}"),
        (r"\argmin_x f", r"\operatorname*{arg\,min}_x f"),
        (r"\bra\psi", r"{\langle {\psi}|}"),
        (r"\ket{0}", r"{|{0}\rangle}"),
        (r"\bm{x}", r"\boldsymbol{x}"),
        (r"\LaTeX", r"\text{LaTeX}"),
        (r"a \coloneqq b", r"a \mathrel{:=} b"),
        (r"a \lt b", r"a < b"),
        (r"\left\lang a \right\rang", r"\left\langle  a \right\rangle "),
        (r"\xRightarrow{f}", r"\overset{f}{\Longrightarrow}"),
        (r"x \tag{1}", r"x \qquad\text{(}\text{1}\text{)}"),
        # Arguments without braces.
        (r"x^\hat y", r"x^{\hat y}"),
        (r"\frac\bar a b", r"\frac{\bar a} b"),
        (r"x_\left( a \right)", r"x_{\left( a \right)}"),
        (r"\sqrt[\frac12]{x}", r"\sqrt[{\frac12}]{x}"),
        # Characters.
        ("x → ∞", r"x \rightarrow \infty"),
        ("速度 = 3", r"{\text{速度}} = 3"),
        ("x²", "x{^2}"),
        (r"\text{速度 α}", r"\text{速度 $\alpha$}"),
        ("50% of #1", r"50\% of \#1"),
        (r"\text{a_b & 5%}", r"\text{a$\_$b $\&$ 5$\%$}"),
        (r"\text{if \alpha > 0}", r"\text{if $\alpha$ > 0}"),
        # Environments of whole equations.
        (r"\begin{align*} a &= b \end{align*}", r"\begin{aligned} a &= b \end{aligned}"),
        (r"\begin{equation} x \end{equation}", r"\begin{gathered} x \end{gathered}"),
        (
            r"\begin{cases} a & b & c \end{cases}",
            r"\left\{\begin{array}{lll} a & b & c \end{array}\right.",
        ),
        (
            r"\begin{cases} \bm{a} & \hat{b} & c \end{cases}",
            r"\left\{\begin{array}{lll} \boldsymbol{a} & \hat{b} & c \end{array}\right.",
        ),
        (r"\max_{a \\ b}", r"\max_{a \  b}"),
        ("$$x$$", "x"),
        ("x⁻¹ + 𝑦₀\u200b", "x{^-}{^1} + y{_0}"),
        (r"\begin{array}{l:r} a & b \end{array}", r"\begin{array}{l|r} a & b \end{array}"),
        (
            r"\begin{rcases} a \end{rcases}",
            r"\left.\begin{array}{ll} a \end{array}\right\}",
        ),
        (r"a \\ b", r"\begin{gathered}a \\ b\end{gathered}"),
        (r"a &= b \\ &= c", r"\begin{aligned}a &= b \\ &= c\end{aligned}"),
        (r"\begin{matrix} a \\ [b] \end{matrix}", r"\begin{matrix} a \\ {}[b] \end{matrix}"),
        # Sizes, colours and lengths.
        (r"\large x", "  x"),
        (r"\color{red} x \textcolor{#ff0000}{y}", " x {y}"),
        (r"a \hspace{1em} b \kern 2pt c \mkern3mu d", None),
    ],
)
def test_what_is_rewritten(tex: str, typeset: str | None) -> None:
    result = read_formula(tex).tex
    assert result
    if typeset is not None:
        assert result == typeset
    assert is_formula(result)


@pytest.mark.parametrize(
    "tex",
    [
        *(r"\frac{1}", r"\frac", r"\sqrt[3]", "x^", "_", "x^^2", "x^2^3", "x_1_2", "x^2'", "x^'"),
        *(
            r"\text x",
            r"\left x \right)",
            r"\left( a \right",
            r"\big x",
            r"\middle|",
            r"{\middle|}",
        ),
        *(r"a \over b \over c", r"x^\over", r"\hline", r"\begin{matrix} a \hline \end{matrix}"),
        *(r"\begin{gathered} a & b \end{gathered}", r"\begin{array}{c} a & b \end{array}"),
        *(r"\begin{array}{p{9cm}} a \end{array}", r"\begin{array}{*{99}{c}} a \end{array}"),
        r"\begin{array} a \end{array}",
        *(
            r"\hspace{1000em}",
            r"\hspace{-9em}",
            r"\hspace{x}",
            r"\kern",
            r"\text{a^b}",
        ),
        *(r"\text{\left(}", r"\text{\begin{matrix} a \end{matrix}}", r"\text{a $x}", r"\limits"),
        *("{" * 200 + "}" * 200, r"\frac" * 5, r"\bra", r"\xRightarrow[a]{b}"),
    ],
)
def test_what_would_stop_latex(tex: str) -> None:
    reading = read_formula(tex)
    assert reading.problem
    assert not reading.tex


def test_refused_command_is_named() -> None:
    assert read_formula(r"\frac{1}{\fracc x}") == (
        "",
        r"\fracc is not known or not allowed in formulas",
        "fracc",
    )
    assert read_formula("{").command == ""


def test_nothing_that_is_refused_can_be_smuggled_in_by_a_definition() -> None:
    for tex in [*REPLACEMENTS.values(), *(f"\\{name}" for name in COMMANDS)]:
        assert not re.search(r"\\(href|style|class|cssId|data|def|let|input|write)\b", tex)
    opened = "".join(tex for _, *around in WRAPPERS.values() for tex in around)
    assert opened.count("{") == opened.count("}")


def test_code_block_with_the_name_tex_is_a_formula() -> None:
    rows = ("a &= b", "", r"\\ &= c")
    tex = "\\begin{aligned}a &= b\n\\\\ &= c\\end{aligned}"
    assert read_code_block(CodeBlock(0, "tex", rows)) == tex
    assert read_code_block(CodeBlock(0, " tex ", rows)) == tex
    for name in ("latex", "a.tex", "TeX", "", "tex(python)"):
        assert read_code_block(CodeBlock(0, name, rows)) == ""
    assert read_code_block(CodeBlock(0, "tex", (r"\documentclass{article}",))) == ""


_ARGUMENTS = {
    **{"symbol": "", "operator": "_a^b", "m": "{x}", "mm": "{x}{y}", "mmm": "{x}{y}{z}"},
    **{"om": "[t]{x}", "t": "{a b}", "d": "(", "rows": r"{a\\b}", "switch": " x"},
}


def _samples() -> Iterator[str]:
    """A formula for each command, alone, as an exponent, and with an exponent and an index."""
    for name, kind in COMMANDS.items():
        if kind == "infix":
            yield rf"a\{name} b"
        elif kind == "limits":
            yield rf"\sum\{name}_a^b"
        else:
            tex = f"\\{name}{_ARGUMENTS[kind]}"
            yield tex
            if kind not in ("switch", "operator"):
                yield from (f"{tex}_c^d", f"x^{tex}", f"\\sqrt{tex}")
    for name in DELIMITERS:
        yield rf"\left\{name} a \middle\{name} b\right\{name}"
    for name, other in ALIASES.items():
        yield f"\\{name}{_ARGUMENTS[COMMANDS.get(other.rstrip('*'), 'symbol')]}" * (
            other != "hline"
        )
    yield from (f"x\\{name}_a x^\\{name}" for name in REPLACEMENTS)
    yield from (f"\\{name}{_ARGUMENTS[kind]}_c" for name, (kind, *_) in WRAPPERS.items())
    yield from (f"a{sign}b" for sign in {**SIGNS, **CHARACTERS})
    for name, environment in ENVIRONMENTS.items():
        argument = {"array": "{cc}", "alignedat": "{2}", "subarray": "{c}"}
        written = re.sub(r"\W|begin", "", environment.begin)
        cells = r"a \\ b" if environment.columns == 1 else r"a & b"
        rule = r"\hline " if environment.has_rules else ""
        layout = argument.get(written, "")
        yield f"x^\\begin{{{name}}}{layout}{rule}{cells}\\end{{{name}}}_i"


SAMPLES = list(filter(None, _samples()))


def test_each_command_is_accepted() -> None:
    assert [tex for tex in SAMPLES if not is_formula(tex)] == []


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="asks a TeX installation")
def test_latex_of_sphinx_typesets_each_command(tmp_path: Path) -> None:
    """With the packages that Sphinx's own preamble loads, and no others."""
    body = "\n\n".join(f"\\( {read_formula(tex).tex} \\)" for tex in SAMPLES)
    (tmp_path / "x.tex").write_text(
        "\\documentclass{report}\\usepackage[utf8]{inputenc}\\usepackage[T1]{fontenc}"
        f"\\usepackage{{amsmath,amssymb,amstext}}\n{LATEX_PREAMBLE}"
        f"\\begin{{document}}{body}\n\\end{{document}}",
        encoding="utf-8",
    )
    command = ["pdflatex", "-interaction=nonstopmode", "x.tex"]
    subprocess.run(command, cwd=tmp_path, check=False, capture_output=True)
    log = (tmp_path / "x.log").read_text(errors="replace")
    assert [row for row in log.splitlines() if row.startswith("! ")] == []
    assert "Output written" in log
