r"""TeX that authors write and that MathJax or LaTeX does not know, in commands that both know.

The wiki's own editor shows formulas with KaTeX, which defines these commands; most come from the
packages mathtools, braket and statmath. A formula is rewritten with the definitions below, so
that it looks the same with every renderer and needs no settings.
"""

from __future__ import annotations

_Table = dict[str, str]


def _table(rows: str) -> _Table:
    """The first word of each row and the rest of the row."""
    pairs = (row.strip().partition(" ") for row in rows.strip().splitlines())
    return {name: value.strip() for name, _, value in pairs}


ALIASES = _table(
    r"""
    bm boldsymbol
    bold mathbf
    frak mathfrak
    Bbb mathbb
    underbar underline
    sout cancel
    overbracket overbrace
    underbracket underbrace
    operatornamewithlimits operatorname*
    emph textit
    textsc text
    textsl text
    textmd text
    lang langle
    rang rangle
    lBrack lbrack
    rBrack rbrack
    enskip enspace
    hdashline hline
    alef aleph
    alefsym aleph
    bull bullet
    clubs clubsuit
    dag dagger
    Dagger ddagger
    ddag ddagger
    diamonds diamondsuit
    empty emptyset
    exist exists
    hearts heartsuit
    image Im
    infin infty
    isin in
    mathellipsis ldots
    plusmn pm
    real Re
    sdot cdot
    sect S
    spades spadesuit
    sub subset
    sube subseteq
    supe supseteq
    thetasym vartheta
    weierp wp
    darr downarrow
    dArr Downarrow
    Darr Downarrow
    harr leftrightarrow
    hArr Leftrightarrow
    Harr Leftrightarrow
    larr leftarrow
    lArr Leftarrow
    Larr Leftarrow
    lrarr leftrightarrow
    lrArr Leftrightarrow
    Lrarr Leftrightarrow
    rarr rightarrow
    rArr Rightarrow
    Rarr Rightarrow
    uarr uparrow
    uArr Uparrow
    Uarr Uparrow
    """
)
"""Commands that are another command under a second name."""

REPLACEMENTS = _table(
    r"""
    N \mathbb{N}
    R \mathbb{R}
    Z \mathbb{Z}
    natnums \mathbb{N}
    reals \mathbb{R}
    Reals \mathbb{R}
    cnums \mathbb{C}
    Complex \mathbb{C}
    Alpha \mathrm{A}
    Beta \mathrm{B}
    Chi \mathrm{X}
    Epsilon \mathrm{E}
    Eta \mathrm{H}
    Iota \mathrm{I}
    Kappa \mathrm{K}
    Mu \mathrm{M}
    Nu \mathrm{N}
    Omicron \mathrm{O}
    Rho \mathrm{P}
    Tau \mathrm{T}
    Zeta \mathrm{Z}
    omicron o
    argmax \operatorname*{arg\,max}
    argmin \operatorname*{arg\,min}
    plim \operatorname*{plim}
    arcctg \operatorname{arcctg}
    arctg \operatorname{arctg}
    cosec \operatorname{cosec}
    cotg \operatorname{cotg}
    ctg \operatorname{ctg}
    cth \operatorname{cth}
    ch \operatorname{ch}
    sh \operatorname{sh}
    tg \operatorname{tg}
    th \operatorname{th}
    degree {^\circ}
    medspace \:
    thickspace \;
    vcentcolon \mathrel{:}
    ratio \mathrel{:}
    ordinarycolon \mathord{:}
    dblcolon \mathrel{::}
    coloncolon \mathrel{::}
    coloneqq \mathrel{:=}
    colonequals \mathrel{:=}
    Coloneqq \mathrel{::=}
    coloncolonequals \mathrel{::=}
    eqqcolon \mathrel{=:}
    equalscolon \mathrel{=:}
    Eqqcolon \mathrel{=::}
    equalscoloncolon \mathrel{=::}
    coloneq \mathrel{:-}
    colonminus \mathrel{:-}
    Coloneq \mathrel{::-}
    coloncolonminus \mathrel{::-}
    eqcolon \mathrel{-:}
    minuscolon \mathrel{-:}
    Eqcolon \mathrel{-::}
    minuscoloncolon \mathrel{-::}
    colonapprox \mathrel{:\approx}
    Colonapprox \mathrel{::\approx}
    coloncolonapprox \mathrel{::\approx}
    approxcolon \mathrel{\approx:}
    approxcoloncolon \mathrel{\approx::}
    colonsim \mathrel{:\sim}
    Colonsim \mathrel{::\sim}
    coloncolonsim \mathrel{::\sim}
    simcolon \mathrel{\sim:}
    simcoloncolon \mathrel{\sim::}
    notni \not\ni
    llbracket \mathopen{[\![}
    rrbracket \mathclose{]\!]}
    lBrace \mathopen{\{\!|}
    rBrace \mathclose{|\!\}}
    lparen (
    rparen )
    lq `
    lt <
    gt >
    TeX \text{TeX}
    LaTeX \text{LaTeX}
    KaTeX \text{KaTeX}
    AA \text{Å}
    P \text{¶}
    copyright \text{©}
    pounds \text{£}
    textregistered \text{®}
    textdegree {^\circ}
    """
)
"""Commands without an argument."""

WRAPPERS: dict[str, tuple[str, str, str]] = {
    "bra": ("m", r"{\langle ", "|}"),
    "ket": ("m", "{|", r"\rangle}"),
    "braket": ("m", r"{\langle ", r"\rangle}"),
    "Bra": ("m", r"{\left\langle ", r"\right|}"),
    "Ket": ("m", r"{\left|", r"\right\rangle}"),
    "Braket": ("m", r"{\left\langle ", r"\right\rangle}"),
    "set": ("m", r"{\{\,", r"\,\}}"),
    "Set": ("m", r"{\left\{\,", r"\,\right\}}"),
    "tag": ("t", r"\qquad\text{(}\text", r"\text{)}"),
    "utilde": ("m", r"{\underset{\sim}", "}"),
    "overrightharpoon": ("m", r"\overset{\rightharpoonup}", ""),
    "overleftharpoon": ("m", r"\overset{\leftharpoonup}", ""),
    **dict.fromkeys(("mathclap", "mathllap", "mathrlap"), ("m", "{", "}")),
    **{
        name: ("m", r"\overset", f"{{\\{arrow}}}")
        for name, arrow in _table(
            """
            xLeftarrow Longleftarrow
            xRightarrow Longrightarrow
            xLeftrightarrow Longleftrightarrow
            xleftrightarrow longleftrightarrow
            xmapsto longmapsto
            xhookleftarrow hookleftarrow
            xhookrightarrow hookrightarrow
            xtwoheadleftarrow twoheadleftarrow
            xtwoheadrightarrow twoheadrightarrow
            xleftharpoonup leftharpoonup
            xleftharpoondown leftharpoondown
            xrightharpoonup rightharpoonup
            xrightharpoondown rightharpoondown
            xrightleftharpoons rightleftharpoons
            xleftrightharpoons leftrightharpoons
            xrightleftarrows rightleftarrows
            """
        ).items()
    },
    "xlongequal": ("m", r"\overset", r"{=\!=\!=}"),
}
"""Commands with arguments: their kind, and the TeX before and behind the arguments."""

IGNORED = frozenset(
    """
    tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge
    notag nonumber nobreak allowbreak relax DOTSB DOTSI DOTSX strut
    """.split()
)
"""Commands that are left out: sizes of fonts, numbers of equations, breaks of lines."""

COLOURS = {"color": 1, "textcolor": 1, "colorbox": 1, "fcolorbox": 2}
"""Commands that are left out with their first arguments, which name colours."""

CHARACTERS = {
    "ℝ": r"{\mathbb{R}}",
    "ℕ": r"{\mathbb{N}}",
    "ℤ": r"{\mathbb{Z}}",
    "ℚ": r"{\mathbb{Q}}",
    "ℂ": r"{\mathbb{C}}",
    "¹": "{^1}",
    "²": "{^2}",
    "³": "{^3}",
    "°": r"{^\circ}",
    "−": "-",
    "’": "'",
    "′": "'",
    "·": r"\cdot ",
    "…": r"\ldots ",
    "‖": r"\Vert ",
    "□": r"\square ",
    "\u00a0": "~",
    "\u3000": r"\quad ",
}
"""TeX for characters that no single command stands for."""

LATEX_PREAMBLE = r"""
% Commands of formulas in wiki pages that amsmath and amssymb lack. The definitions of this
% document's own preamble win.
\AtBeginDocument{%
  \ifdefined\mathscr\else\DeclareMathAlphabet{\mathscr}{U}{eus}{m}{n}\fi
  \ifdefined\cancel\else\IfFileExists{cancel.sty}{\RequirePackage{cancel}}{}\fi
  \providecommand{\cancel}[1]{{\ooalign{\hfil$#1$\hfil\cr\hfil$/$\hfil}}}%
  \providecommand{\bcancel}[1]{{\ooalign{\hfil$#1$\hfil\cr\hfil$\backslash$\hfil}}}%
  \providecommand{\xcancel}[1]{{\ooalign{\hfil$#1$\hfil\cr\hfil$\times$\hfil}}}%
  \providecommand{\cancelto}[2]{\cancel{#2}^{#1}}%
  \ifnum\value{MaxMatrixCols}<99 \setcounter{MaxMatrixCols}{99}\fi
}
"""
"""Definitions for LaTeX of the commands that only MathJax knows."""
