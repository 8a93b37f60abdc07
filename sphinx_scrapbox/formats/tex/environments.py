r"""The environments that a formula may hold."""

from __future__ import annotations

from dataclasses import dataclass

MAX_COLUMNS = 99  # see LATEX_PREAMBLE


@dataclass(frozen=True)
class Environment:
    """What is written for an environment, and what its rows may hold."""

    begin: str
    end: str
    columns: int = MAX_COLUMNS
    """The most columns; more make an array of one with *fences*, the delimiters around it."""
    has_rules: bool = False
    fences: tuple[str, str] | None = None


def _like(name: str, columns: int = MAX_COLUMNS, *, has_rules: bool = False) -> Environment:
    return Environment(f"\\begin{{{name}}}", f"\\end{{{name}}}", columns, has_rules)


_MATRICES = ("matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix")
_CASES = Environment(r"\begin{cases}", r"\end{cases}", 2, fences=(r"\{", "."))
_RIGHT_CASES = Environment(
    r"\left.\begin{array}{ll}", r"\end{array}\right\}", 2, fences=(".", r"\}")
)
ENVIRONMENTS: dict[str, Environment] = {
    **{name: _like(name, has_rules=True) for name in _MATRICES},
    "smallmatrix": _like("smallmatrix"),
    **dict.fromkeys(("aligned", "align", "split", "flalign"), _like("aligned")),
    **dict.fromkeys(("gathered", "gather", "multline", "equation"), _like("gathered", 1)),
    **dict.fromkeys(("cases", "dcases"), _CASES),
    **dict.fromkeys(("rcases", "drcases"), _RIGHT_CASES),
    **dict.fromkeys(("alignedat", "alignat"), _like("alignedat")),
    **dict.fromkeys(("array", "darray"), _like("array", has_rules=True)),
    "subarray": _like("subarray", 1),
    "eqnarray": Environment(r"\begin{array}{rcl}", r"\end{array}", 3),
}
"""What is written for the environments that a formula may hold, with or without a star."""
