r"""Reads TeX of a wiki page and writes TeX that MathJax and LaTeX can typeset.

The reader knows the arguments of each command, so that what would stop LaTeX is found here: a
missing argument or delimiter, a second exponent, a column too many. It repairs what KaTeX, with
which the wiki shows formulas, allows and the others do not:

* An argument or exponent without braces gets them (``x^\hat y``).
* Characters that are no ASCII become commands, or text (``→``, ``速度``).
* ``%`` and ``#`` are escaped, as they would begin a comment or an argument.
* Environments of whole equations become those for parts of one (``align``, ``aligned``).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sphinx_scrapbox.formats.tex.arguments import read_delimiter, read_length
from sphinx_scrapbox.formats.tex.characters import split_characters, split_text
from sphinx_scrapbox.formats.tex.commands import COMMANDS
from sphinx_scrapbox.formats.tex.environments import ENVIRONMENTS
from sphinx_scrapbox.formats.tex.groups import ROWS, TEXT, Groups, Unreadable
from sphinx_scrapbox.formats.tex.macros import (
    ALIASES,
    COLOURS,
    IGNORED,
    REPLACEMENTS,
    WRAPPERS,
)

_TOKEN = re.compile(
    r"\\(?P<edge>begin|end)[ \t\n]*\{(?P<environment>[A-Za-z]+)\*?\}"
    r"|\\(?P<command>[A-Za-z]+)|\\(?P<symbol>.)"
    r"|(?P<space>[ \t\n]+)|(?P<foreign>[^\x00-\x7f]+)|(?P<sign>.)",
    re.DOTALL,
)
_ROW_GAP = re.compile(r"[ \t\n]*\[[ \t\n]*\d{0,2}(?:\.\d{0,4})?[ \t\n]*(?:em|ex|pt|mm)[ \t\n]*\]")
_COLOUR = re.compile(r"[ \t\n]*\{[ \t\n]*#?[A-Za-z0-9]+[ \t\n]*\}")
_COLUMNS = re.compile(r"[ \t\n]*\{(?P<columns>[lcr|: \t\n]{1,60})\}")
_PAIRS = re.compile(r"[ \t\n]*\{[ \t\n]*(?P<pairs>\d{1,2})[ \t\n]*\}")
_POSITION = re.compile(r"[ \t\n]*\[[tbclr]\]")
_STAR = re.compile(r"[ \t\n]*\*")
_NEXT_SIGN = re.compile(r"[ \t\n]*(.?)", re.DOTALL)
# Characters with another meaning in TeX: "^^5c" is a backslash, an empty line (or a form feed)
# ends a paragraph.
_UNFIT = re.compile(r"\^\^|\n[^\S\n]*\n|[\x00-\x08\x0b-\x1f\x7f]")

# Delimiters of a formula inside of those of the wiki.
_OUTER = re.compile(r"\s*(\$\$?)([^$]*)\1\s*", re.DOTALL)

_LENGTHS = frozenset(("hspace", "hskip", "kern", "mkern", "mskip", "mspace"))
_ESCAPES = frozenset(",:;!>{}|%#&$_ ")
_MAX_DEPTH = 60
_WITH_POSITION = frozenset(("cfrac", "smash"))
_WITH_LIMITS = frozenset(("mathop", "operatorname", "underbrace", "overbrace"))
# MathJax takes an exponent or index behind one of these for its own, and refuses a second one.
_STACKS = frozenset(("overset", "underset", "overunderset", "stackrel", "boldsymbol", "mod"))


class FormulaReader(Groups):
    """Reads one formula.

    :raises Unreadable: if it cannot be typeset.
    """

    def __init__(self, tex: str) -> None:
        if outer := _OUTER.fullmatch(tex):
            tex = outer[2]
        if not tex.strip():
            raise Unreadable("it is empty")
        if _UNFIT.search(tex):
            raise Unreadable("it contains a control character or an empty line")
        super().__init__()
        self._tex = tex
        self._at = 0
        self._has_rows = self._has_columns = False
        self.result = self._read()

    def _read(self) -> str:
        actions: dict[str, Callable[[str], None]] = {
            "environment": self._environment,
            "command": self._command,
            "symbol": self._symbol,
            "space": self._space,
            "foreign": self._foreign,
            "sign": self._sign,
        }
        while match := _TOKEN.match(self._tex, self._at):
            self._at = match.end()
            if match["edge"] == "end":
                self._end_environment(match["environment"])
            else:
                kind = match.lastgroup or ""
                actions[kind](match[kind])
            if len(self.frames) > _MAX_DEPTH:
                raise Unreadable("it is nested too deeply")
        if len(self.frames) > 1 or self.frame.waiting:
            raise Unreadable("a group or an argument is missing its end")
        body = "".join(self.output)
        if not body.strip():
            raise Unreadable("it is empty")
        if not self._has_rows:
            if self._has_columns:
                raise Unreadable("& is outside an environment")
            return body
        if body.lstrip().startswith("["):
            body = f"{{}}{body}"  # no argument of the environment
        environment = "aligned" if self._has_columns else "gathered"
        return f"\\begin{{{environment}}}{body}\\end{{{environment}}}"

    # -- signs ---------------------------------------------------------------------------

    def _space(self, space: str) -> None:
        if not self.frame.is_prime:  # TeX takes an exponent right behind a prime only
            self.emit(space)

    def _sign(self, sign: str) -> None:
        frame = self.frame
        if sign in "{}$":
            {"{": self._open_group, "}": self._close_group, "$": self._dollar}[sign]()
        elif frame.kind in TEXT:
            if sign in "^\\":
                raise Unreadable(f"{sign} is not allowed in text")
            self.emit(f"$\\{sign}$" if sign in "%#&_" else " " if sign == "~" else sign)
        elif sign in "^_'":
            self._script(sign)
        elif sign == "&":
            self._column()
        elif sign == "[" and frame.waiting and frame.waiting[-1] == "o":
            self.open("optional", "[{", "}]")
        elif sign == "]" and frame.kind == "optional":
            self.close()
            self.frame.waiting.pop()
        elif sign == "\\":
            raise Unreadable("it ends with a backslash")
        else:
            if sign in "[*" and frame.is_row_start and frame.kind in ROWS:
                self.emit("{}")  # no argument of the line break or the environment before it
            self.item(f"\\{sign}" if sign in "%#" else sign)

    def _open_group(self) -> None:
        frame = self.frame
        if frame.kind in TEXT:
            self.open("plain", "", "")
            return
        while frame.waiting and frame.waiting[-1] == "o":
            frame.waiting.pop()
        kind = frame.waiting[-1] if frame.waiting else ""
        frame.is_row_start = frame.is_prime = False
        self.open({"t": "text", "rows": "rows"}.get(kind, "group"), "{", "}")

    def _close_group(self) -> None:
        kind = self.frame.kind
        if kind not in ("group", "rows", "text", "plain"):
            raise Unreadable("braces do not match")
        self.close()
        if kind != "plain":
            self.end_item()

    def _dollar(self) -> None:
        if self.frame.kind == "math":
            self.close()
        elif self.frame.kind in TEXT:
            self.open("math", "$", "$")
        else:
            raise Unreadable("$ is not allowed in a formula")

    def _script(self, sign: str) -> None:
        frame = self.frame
        self.expect_no_argument(sign)
        script = "_" if sign == "_" else "^"
        if script in frame.scripts and not (script == "^" and frame.is_prime):
            raise Unreadable(f"a second {sign} follows one part of it")
        if frame.atom == "stack":
            self.output[frame.start] = "{"
            self.emit("}")
            frame.atom = "other"
        frame.scripts.add(script)
        frame.is_prime = sign == "'"
        frame.is_row_start = False
        self.emit(sign)
        if sign != "'":
            frame.waiting = ["script"]

    def _column(self) -> None:
        frame = self.frame
        self.expect_no_argument("&")
        if frame.kind not in ("top", "environment"):
            raise Unreadable("& is not allowed in a group")
        frame.column += 1
        if frame.kind == "top":
            self._has_columns = True
        elif frame.column > frame.columns:
            if not ENVIRONMENTS[frame.name].fences:
                raise Unreadable("a row has too many columns")
            frame.columns = frame.column
        self._new_cell()
        self.emit("&")

    def _new_cell(self) -> None:
        frame = self.frame
        frame.atom, frame.scripts = "", set()
        frame.is_prime = frame.is_row_start = frame.has_infix = False

    def _row(self) -> None:
        frame = self.frame
        self.expect_no_argument("a line break")
        if frame.kind not in ROWS:  # KaTeX allows it there, without a meaning
            self.emit("\\ ")
            return
        self._has_rows |= frame.kind == "top"
        self._new_cell()
        frame.column, frame.is_row_start = 1, True
        self.emit(r"\\")
        if gap := _ROW_GAP.match(self._tex, self._at):
            self._at = gap.end()
            self.emit(gap[0].strip())

    def _foreign(self, text: str) -> None:
        is_text = self.frame.kind in TEXT
        for kind, value in (split_text if is_text else split_characters)(text):
            if kind == "command":
                self._command(value)
            elif is_text:
                self.emit(value)
            elif kind == "words":
                self.item(f"{{\\text{{{value}}}}}")
            elif value in ("'", "~"):
                self._sign(value)
            else:
                self.item(value)

    # -- commands ------------------------------------------------------------------------

    def _symbol(self, symbol: str) -> None:
        if symbol == "\\":
            if self.frame.kind in TEXT:
                self.emit(" ")
            else:
                self._row()
        elif symbol in "-/":
            pass  # marks of hyphenation and kerning
        elif symbol not in _ESCAPES:
            raise Unreadable(f"\\{symbol} is not a command for formulas", symbol)
        elif self.frame.kind not in TEXT:
            self.item(f"\\{symbol}")
        else:
            self.emit(
                " " if symbol == " " else f"$\\{symbol}$" if symbol not in "{}$" else f"\\{symbol}"
            )

    def _command(self, name: str) -> None:
        name = ALIASES.get(name, name)
        if name in IGNORED:
            self.emit(" ")
        elif name in COLOURS:
            for _ in range(COLOURS[name]):
                self._skip(_COLOUR, name)
            if name.endswith("box"):
                self._command("text")
        elif name in _LENGTHS:
            self._length(name)
        elif name == "cr":
            self._row()
        elif name == "hline":
            self._rule()
        elif self.frame.kind in TEXT:
            # A command of mathematics ends this frame, as it ends an argument without braces.
            if COMMANDS.get(name) in ("switch", "limits", "infix") or name in ("left", "middle"):
                raise Unreadable(f"\\{name} is not allowed in text", name)
            self.open("operand", "$", "$")
            self._command_of_mathematics(name)
        else:
            self._command_of_mathematics(name)

    def _command_of_mathematics(self, name: str) -> None:
        if name in ("left", "middle", "right"):
            self._fence(name)
        elif name in REPLACEMENTS:
            tex = REPLACEMENTS[name]
            is_operator = tex.startswith("\\operatorname")
            self.item(tex, "operator" if is_operator else "other")
        elif name in WRAPPERS:
            kinds, before, behind = WRAPPERS[name]
            if (following := _NEXT_SIGN.match(self._tex, self._at)) and following[1] == "[":
                raise Unreadable(f"\\{name} has an argument in brackets", name)
            self.with_arguments(before, list(kinds))
            self.frame.behind = behind
        elif (kind := COMMANDS.get(name.rstrip("*"))) is None:
            raise Unreadable(f"\\{name} is not known or not allowed in formulas", name)
        else:
            self._command_of_kind(name, kind)

    def _command_of_kind(self, name: str, kind: str) -> None:
        tex = f"\\{name}"
        if kind in ("symbol", "operator"):
            self.item(tex, kind)
        elif kind == "switch":
            self.expect_no_argument(tex)
            self.frame.atom = ""
            self.emit(tex)
        elif kind == "limits":
            frame = self.frame
            if frame.atom == "operator" and not frame.scripts and not frame.waiting:
                self.emit(tex)
        elif kind == "infix":
            self.expect_no_argument(tex)
            if self.frame.has_infix:
                raise Unreadable(f"a second \\{name} in the same group")
            self._new_cell()
            self.frame.has_infix = True
            self.emit(tex)
        elif kind == "d":
            self.begin_item(has_arguments=True)
            self.emit(f"\\{name}{self._delimiter(name)}")
            self.end_item()
        else:
            if name in _WITH_POSITION and (match := _POSITION.match(self._tex, self._at)):
                self._at = match.end()
            if name == "operatorname" and (match := _STAR.match(self._tex, self._at)):
                self._at = match.end()
                tex = "\\operatorname*"
            written = "".join(self.output[-2:]).rstrip()
            if name == "boldsymbol" and written.endswith("\\dots"):
                self.emit("{}")  # amsmath's \dots expands what follows it, which fails here
            role = "operator" if name in _WITH_LIMITS else "other"
            if name in _STACKS:
                role = "stack"
            self.with_arguments(tex, [kind] if kind == "rows" else list(kind), role)

    def _fence(self, name: str) -> None:
        if name == "left":
            self.begin_item(has_arguments=True)
            self.open("left", f"\\left{self._delimiter(name)}", "")
            return
        self.expect_no_argument(f"\\{name}")
        if self.frame.kind != "left":
            raise Unreadable(f"\\{name} has no \\left")
        self.emit(f"\\{name}{self._delimiter(name)}")
        if name == "right":
            self.close()
            self.end_item()
        else:
            self.frame.atom, self.frame.scripts = "", set()

    def _delimiter(self, name: str) -> str:
        delimiter, self._at = read_delimiter(self._tex, self._at, name)
        return delimiter

    def _length(self, name: str) -> None:
        self.expect_no_argument(f"\\{name}")
        length, self._at = read_length(self._tex, self._at, name)
        self.frame.atom = ""
        self.emit(" " if self.frame.kind in TEXT else length)

    def _rule(self) -> None:
        environment = ENVIRONMENTS.get(self.frame.name)
        if not (environment and environment.has_rules and self.frame.is_row_start):
            raise Unreadable("\\hline is not at the start of a row", "hline")
        self.emit(r"\hline")

    def _skip(self, pattern: re.Pattern[str], name: str) -> re.Match[str]:
        if (match := pattern.match(self._tex, self._at)) is None:
            raise Unreadable(f"\\{name} is missing an argument", name)
        self._at = match.end()
        return match

    # -- environments --------------------------------------------------------------------

    def _environment(self, name: str) -> None:
        if (environment := ENVIRONMENTS.get(name)) is None:
            raise Unreadable(f"\\begin{{{name}}} is not known or not allowed in formulas", name)
        if self.frame.kind in TEXT:
            raise Unreadable(f"\\begin{{{name}}} is not allowed in text")
        self.begin_item(has_arguments=True)
        if position := _POSITION.match(self._tex, self._at):
            self._at = position.end()
        begin, columns = environment.begin, environment.columns
        if environment.begin in (r"\begin{array}", r"\begin{subarray}"):
            layout = self._skip(_COLUMNS, "begin")["columns"].replace(":", "|")
            columns = min(columns, sum(map(layout.count, "lcr")))
            begin += f"{{{layout}}}"
        elif environment.begin == r"\begin{alignedat}":
            pairs = int(self._skip(_PAIRS, "begin")["pairs"])
            columns = 2 * pairs
            begin += f"{{{pairs}}}"
        self.open("environment", begin, environment.end)
        self.frame.name, self.frame.columns = name, columns

    def _end_environment(self, name: str) -> None:
        if self.frame.kind != "environment" or self.frame.name != name:
            raise Unreadable(f"\\end{{{name}}} does not match a \\begin")
        frame, environment = self.frame, ENVIRONMENTS[name]
        if environment.fences and frame.columns > environment.columns:
            left, right = environment.fences
            layout = "l" * frame.columns
            self.output[frame.opening] = rf"\left{left}\begin{{array}}{{{layout}}}"
            frame.close = rf"\end{{array}}\right{right}"
        self.close()
        self.end_item()
