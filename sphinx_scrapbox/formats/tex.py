"""An allow list for TeX of wiki pages.

Wiki text is not trusted, and formulas are passed to LaTeX and MathJax verbatim: an unknown
command stops a PDF build, and known ones can read files or contain script addresses. A formula
is accepted if its braces and environments are balanced and all of its commands are on the list
below, which has the mathematics common to KaTeX, MathJax and amsmath. Other TeX is shown as
text.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"\\(?:(?P<edge>begin|end)\s*\{(?P<environment>[A-Za-z]+)\}"
    r"|(?P<command>[A-Za-z]+)\*?|(?P<symbol>.|\Z))"
    r"|(?P<brace>[{}])|(?P<special>[%#&$])",
    re.DOTALL,
)
# Characters with another meaning in TeX: "^^5c" is a backslash, an empty line (or a form feed)
# ends a paragraph.
_UNFIT = re.compile(r"\^\^|\n[^\S\n]*\n|[\x00-\x08\x0b-\x1f\x7f]")
_SYMBOLS = frozenset(",:;!>{}|\\%#&$_ -/")

COMMANDS = frozenset(
    r"""
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi
    pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega digamma
    Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
    frac dfrac tfrac cfrac binom dbinom tbinom sqrt over choose stackrel overset underset
    sum prod coprod int iint iiint oint bigcap bigcup bigsqcup bigvee bigwedge bigodot bigoplus
    bigotimes biguplus limits nolimits
    lim limsup liminf sup inf max min arg det dim exp ln log lg gcd hom ker deg Pr
    sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth operatorname mod bmod pmod pod
    le leq ge geq ne neq ll gg lll ggg leqq geqq leqslant geqslant lesssim gtrsim
    approx approxeq sim simeq cong equiv doteq propto asymp prec succ preceq succeq
    subset supset subseteq supseteq subsetneq supsetneq sqsubset sqsupset sqsubseteq sqsupseteq
    in ni notin not mid nmid parallel nparallel perp vdash dashv models vDash Vdash bowtie
    smile frown between
    pm mp times div cdot ast star circ bullet cap cup uplus sqcap sqcup vee wedge setminus wr
    diamond oplus ominus otimes oslash odot dagger ddagger amalg land lor lnot neg
    leftarrow rightarrow leftrightarrow Leftarrow Rightarrow Leftrightarrow mapsto to gets iff
    implies impliedby longleftarrow longrightarrow longleftrightarrow Longleftarrow Longrightarrow
    Longleftrightarrow longmapsto hookleftarrow hookrightarrow leftharpoonup leftharpoondown
    rightharpoonup rightharpoondown rightleftharpoons uparrow downarrow updownarrow Uparrow
    Downarrow Updownarrow nearrow searrow swarrow nwarrow xrightarrow xleftarrow
    forall exists nexists emptyset varnothing infty partial nabla ell hbar imath jmath Re Im wp
    aleph beth angle triangle square Box Diamond top bot prime backslash surd flat natural sharp
    clubsuit diamondsuit heartsuit spadesuit therefore because checkmark complement
    dots ldots cdots vdots ddots dotsc dotsb dotsm dotsi
    left right middle big Big bigg Bigg bigl bigr bigm Bigl Bigr Bigm biggl biggr Biggl Biggr
    langle rangle lfloor rfloor lceil rceil lvert rvert lVert rVert vert Vert lbrace rbrace
    lbrack rbrack ulcorner urcorner llcorner lrcorner
    hat widehat bar overline underline tilde widetilde vec dot ddot dddot acute grave check breve
    mathring overbrace underbrace overrightarrow overleftarrow overleftrightarrow boxed
    mathrm mathbf mathit mathsf mathtt mathcal mathbb mathfrak boldsymbol text textrm
    textbf textit textsf texttt mbox rm bf it sf tt cal displaystyle textstyle scriptstyle
    scriptscriptstyle
    quad qquad enspace thinspace space
    hline substack
    """.split()
)
"""Commands that a formula may hold."""

ENVIRONMENTS = frozenset(
    (
        "aligned alignedat gathered split cases array matrix pmatrix bmatrix Bmatrix vmatrix "
        "Vmatrix smallmatrix"
    ).split()
)
"""Environments that may stand inside a formula."""


def is_formula(tex: str) -> bool:
    """Whether *tex* is safe as a formula; linear in its length."""
    if not tex.strip() or _UNFIT.search(tex):
        return False
    # The open groups, innermost last: "{", "left", or the name of an environment.
    open_groups: list[str] = []
    for match in _TOKEN.finditer(tex):
        opens = closes = ""
        if brace := match["brace"]:
            opens, closes = ("{", "") if brace == "{" else ("", "{")
        elif edge := match["edge"]:
            environment = match["environment"]
            if environment not in ENVIRONMENTS:
                return False
            opens, closes = (environment, "") if edge == "begin" else ("", environment)
        elif command := match["command"]:
            if command not in COMMANDS:
                return False
            opens = "left" if command == "left" else ""
            closes = "left" if command == "right" else ""
        elif special := match["special"]:
            if special != "&" or not open_groups or open_groups[-1] not in ENVIRONMENTS:
                return False
        elif match["symbol"] not in _SYMBOLS or match["symbol"] == "":
            return False
        if opens:
            open_groups.append(opens)
        elif closes and (not open_groups or open_groups.pop() != closes):
            return False
    return not open_groups
