"""Groups of TeX, and the items in them that take arguments, exponents and indices."""

from __future__ import annotations

from dataclasses import dataclass, field

ROWS = ("top", "environment", "rows")
"""The kinds of groups with line breaks."""
TEXT = ("text", "plain")
"""The kinds of groups that hold text."""


class Unreadable(ValueError):
    """TeX that cannot be typeset; ``command`` is the name of a command that is not allowed."""

    def __init__(self, problem: str, command: str = "") -> None:
        super().__init__(problem)
        self.command = command


@dataclass(slots=True)
class Frame:
    r"""An open group.

    ``kind`` is top, group, rows (of ``\substack``), text, plain (braces in text), math (in
    text), left, environment, optional (argument) or operand (braces that the reader added).
    ``opening`` and ``start`` are the places in the output of its beginning and its last command.
    ``waiting`` has the kinds of the arguments that are still to come, the next one last.
    """

    kind: str
    close: str = ""
    name: str = ""
    columns: int = 1
    waiting: list[str] = field(default_factory=list)
    behind: str = ""
    role: str = ""
    opening: int = 0
    start: int = 0
    atom: str = ""
    scripts: set[str] = field(default_factory=set)
    is_prime: bool = False
    has_infix: bool = False
    is_row_start: bool = True
    column: int = 1


class Groups:
    """The open groups of a formula, and what is written of it."""

    def __init__(self) -> None:
        self.output: list[str] = []
        self.frames = [Frame("top", is_row_start=False)]
        self._ends_with_command = False

    @property
    def frame(self) -> Frame:
        """The innermost open group."""
        return self.frames[-1]

    def emit(self, tex: str) -> None:
        """Write *tex*, apart from a command before it."""
        if not tex:
            return
        if self._ends_with_command and tex[0].isalpha():
            self.output.append(" ")
        self.output.append(tex)
        self._ends_with_command = tex[0] == "\\" and tex[-1].isalpha()

    # -- items: what an exponent can stand behind ----------------------------------------

    def begin_item(self, *, has_arguments: bool = False) -> None:
        """Begin a character, a command or a group; one that is an argument may need braces."""
        frame = self.frame
        while frame.waiting and frame.waiting[-1] == "o":
            frame.waiting.pop()
        if frame.waiting:
            if frame.waiting[-1] in ("t", "rows"):
                raise Unreadable("an argument has no braces")
            if has_arguments:
                self.open("operand", "{", "}")
        frame.is_row_start = frame.is_prime = False

    def end_item(self, atom: str = "other") -> None:
        """End an item, and with it the arguments and operands that it completes."""
        while True:
            frame = self.frame
            if frame.waiting:
                kind = frame.waiting.pop()
                if frame.waiting:
                    return
                self.emit(frame.behind)
                frame.behind = ""
                if kind == "script":
                    return
                atom = frame.role
            frame.atom, frame.scripts = atom, set()
            if frame.kind != "operand":
                return
            self.close()
            atom = "other"

    def item(self, tex: str, atom: str = "other") -> None:
        """Write an item without arguments, in braces where it is an argument."""
        if self.frame.kind in TEXT:
            self.emit(tex)
            return
        self.begin_item()
        needs_braces = tex in ("[", "~") or (len(tex) > 1 and not tex.startswith("{"))
        self.emit(f"{{{tex}}}" if self.frame.waiting and needs_braces else tex)
        self.end_item(atom)

    def with_arguments(self, tex: str, kinds: list[str], role: str = "other") -> None:
        """Write a command and wait for arguments of these kinds; *role* is its ``atom``."""
        self.begin_item(has_arguments=True)
        self.frame.start = len(self.output)
        self.output.append("")
        self.emit(tex)
        self.frame.waiting = kinds[::-1]
        self.frame.role = role

    def open(self, kind: str, begin: str, close: str) -> None:
        """Open a group; *close* is written at its end."""
        self.emit(begin)
        self.frames.append(Frame(kind, close, opening=len(self.output) - 1))

    def close(self) -> None:
        """End the innermost group.

        :raises Unreadable: if an argument is missing in it.
        """
        if self.frame.waiting:
            raise Unreadable("an argument is missing")
        self.emit(self.frames.pop().close)

    def expect_no_argument(self, sign: str) -> None:
        """Check that no argument is missing where *sign* stands.

        :raises Unreadable: if one is.
        """
        if self.frame.waiting:
            raise Unreadable(f"an argument is missing before {sign}")
