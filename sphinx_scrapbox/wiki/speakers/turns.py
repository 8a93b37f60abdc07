"""Turns and signatures: the role of each icon of a page.

The rules were measured on real wikis (``benchmarks/turns.py`` measures them again):

* an icon in front of text opens a turn: that line and what hangs below it;
* unless the text goes on from its name (:mod:`.sentences`), or leads to its page: then it is
  mentioned, as an icon inside text is;
* an icon alone on a line speaks what hangs below it and, at level 0, the lines that follow,
  up to a blank, the next speaker, a heading or a rule; where nothing follows, it signs;
* icons at the end of a line are its signature;
* marks, dates, buttons and icons of emoji projects are not people (:mod:`.names`);
* where most people sign, an icon that nobody signs with (:mod:`.signers`) opens no turn, unless
  it opens several on its page or has lines nested below it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace

from sphinx_scrapbox.wiki import ast, outline
from sphinx_scrapbox.wiki.speakers.names import DEFAULT_MARKS, is_name_of_thing
from sphinx_scrapbox.wiki.speakers.sentences import OBJECT, continues_sentence
from sphinx_scrapbox.wiki.titles import join_target, key

MIN_TURNS = 3
"""Turns that somebody who does not sign has to open on a page."""
MANY_TIMES = 10
"""An icon that is repeated so often is a pattern, and nobody who speaks."""

_COMMA, _COLON = ast.Text(", "), ast.Text(": ")
# Between a speaker and the text: blanks, or a colon as in a play.
_PARTING = r"[ \t\u3000]*(?:(?:[:：](?=\s|$)|：)[ \t\u3000]*)?"
_PARTED = re.compile(r"\A" + _PARTING)
_ICON_SOURCES = re.compile(
    r"\A(?:\s*(?:<img src='[^<>]*/>|\[[^\[\]]*\.icon(?:\*\d+)?\]))+" + _PARTING
)


@dataclass(frozen=True, slots=True)
class Speakers:
    """Distinguishes people from what else has an icon.

    ``marks`` and ``people`` are keys of icons, of another project as ``/project/name``: those of
    ``people`` are people, the others of ``marks`` are not. ``signers`` are the keys of the names
    that sign elsewhere, in whatever project; if it is None, every name is taken for a person's.
    ``openers`` are the keys of those who open several turns on the page.
    """

    marks: Container[str] = DEFAULT_MARKS
    people: Container[str] = frozenset()
    signers: Container[str] | None = None
    openers: frozenset[str] = frozenset()

    def on_page(self, blocks: Iterable[ast.Block]) -> Speakers:
        """The speakers of a page with these blocks."""
        if self.signers is None:
            return self
        everybody = replace(self, signers=None)
        counts: Counter[str] = Counter()
        for block in blocks:
            match block:
                case ast.Line(nodes=(ast.Quote(nodes) | ast.Numbered(_, nodes),)):
                    pass
                case ast.Line(nodes=nodes):
                    pass
                case _:
                    continue
            if any(isinstance(node, ast.Icon) for node in nodes[:2]):
                counts.update({_key_of(icon) for icon in everybody._read(nodes)[0]})
        openers = (target for target, count in counts.items() if count >= MIN_TURNS)
        return replace(self, openers=frozenset(openers))

    def is_person(self, icon: ast.Icon) -> bool:
        """Whether *icon* stands for somebody who can speak."""
        target = _key_of(icon)
        if target in self.people:
            return True
        return target not in self.marks and not is_name_of_thing(icon.name, icon.project)

    @staticmethod
    def _is_reaction(alone: Sequence[ast.Icon], people: Sequence[ast.Icon]) -> bool:
        """Whether icons alone on a line say who agrees: an emoji, and then several people."""
        return people[0] is not alone[0] and len(people) > 1

    def _speaks_below(self, alone: Sequence[ast.Icon]) -> bool:
        """Whether icons alone on a line speak the lines below that are not nested.

        Not if they are a reaction to what stands above: "[mio.icon*3]", an emoji and a person.
        """
        people = tuple(filter(self.is_person, alone))
        return (
            people[0] is alone[0]
            and len(set(map(_key_of, people))) == sum(icon.count for icon in people)
            and self._open_turns(people)
        )

    def _open_turns(self, icons: Iterable[ast.Icon]) -> bool:
        """Whether one of *icons*, all of people by their names, is known to be a person's."""
        if self.signers is None:
            return True
        return any(
            # "/ren/ren" is the page of somebody in a wiki of the same name.
            key(icon.name) in self.signers
            or (target := _key_of(icon)) in self.openers
            or target in self.people
            or key(icon.project) == key(icon.name)
            for icon in icons
        )

    def words(self, line: ast.Line) -> tuple[ast.Inline, ...]:
        """The nodes of *line* without the icons and the colon of who says it; roles are set."""
        match line.nodes:
            case (ast.Quote() | ast.Numbered() as outer,):
                return (replace(outer, nodes=self._read(outer.nodes)[1]),)
        return self._read(line.nodes)[1]

    def mark(self, parts: Sequence[outline.Part]) -> tuple[outline.Part, ...]:
        """*parts* with turns, and with the role of each icon set."""
        return self._flow(parts, unindented=True)

    def language(self, parts: Sequence[outline.Part]) -> str:
        """The language of the first mark that is alone on an unindented line; "" for none."""
        for part in parts:
            if isinstance(part, outline.Section):
                if language := self.language(part.parts):
                    return language
                continue
            for line in part.lines if isinstance(part, outline.Run) else ():
                match line.nodes:
                    case (ast.Icon(name, ""),) if len(name) == 2 and key(name) in self.marks:
                        return key(name)
        return ""

    def _flow(
        self, parts: Sequence[outline.Part], *, unindented: bool
    ) -> tuple[outline.Part, ...]:
        out: list[outline.Part] = []
        speech: _Speech | None = None
        for part in parts:
            for piece in self._pieces(part, unindented):
                if speech is not None and isinstance(piece, _SPEECH_ENDS):
                    out.append(speech.turn())
                    speech = None
                if isinstance(piece, _Speech):
                    speech = piece
                else:
                    (out if speech is None else speech.parts).append(piece)
        if speech is not None:
            out.append(speech.turn())
        return tuple(out)

    def _pieces(self, part: outline.Part, unindented: bool) -> Sequence[outline.Part | _Speech]:
        """*part* with roles; a run is cut at its speakers."""
        match part:
            case outline.Run():
                return self._run(part, unindented)
            case outline.Section(title, beside, inner):
                part = replace(
                    part,
                    title=self._mentions(title),
                    beside=tuple(self._role(node, ast.IconRole.SIGNATURE) for node in beside),
                    parts=self._flow(inner, unindented=True),
                )
            case outline.Bullets(items):
                part = outline.Bullets(self._items(items))
            case outline.Numbers(start, items):
                part = outline.Numbers(start, self._items(items))
            case outline.Quotes(lines, below):
                quotes = tuple(map(self._quoted, lines))
                part = outline.Quotes(quotes, self._flow(below, unindented=False))
            case ast.Table():
                part = ast.map_block(part, self._mention)
        return (part,)

    def _items(
        self, items: Iterable[Sequence[outline.Part]]
    ) -> tuple[tuple[outline.Part, ...], ...]:
        return tuple([self._flow(item, unindented=False) for item in items])

    def _run(self, run: outline.Run, unindented: bool) -> list[outline.Part | _Speech]:
        """Cut a run at its speakers; a :class:`_Speech` goes on into what follows the run."""
        out: list[outline.Part | _Speech] = []
        pending: list[ast.Line] = []
        below = self._flow(run.below, unindented=False)

        def flush() -> None:
            if pending:
                out.append(outline.Run(tuple(pending)))
                pending.clear()

        for number, line in enumerate(run.lines, 1):
            hanging = below if number == len(run.lines) else ()
            leading, nodes, alone = self._read(line.nodes)
            people = tuple(filter(self.is_person, alone))
            if people and (
                (hanging and not self._is_reaction(alone, people))
                or (unindented and self._speaks_below(alone))
            ):
                flush()
                speech = _Speech(people, list(hanging), replace(line, nodes=nodes))
                out.append(speech if unindented else speech.turn())
                continue
            if leading:
                flush()
                spoken = replace(line, nodes=nodes, source=_ICON_SOURCES.sub("", line.source, 1))
                out.append(outline.Turn(leading, (outline.Run((spoken,), hanging),), line.line))
                continue
            pending.append(line if nodes == line.nodes else replace(line, nodes=nodes))
        if pending:  # the last of them is the last of the run
            out.append(outline.Run(tuple(pending), below))
        return out

    def _role(self, node: ast.Inline, role: ast.IconRole) -> ast.Inline:
        if not isinstance(node, ast.Icon):
            return self._mentions((node,))[0]
        role = role if self.is_person(node) else ast.IconRole.MARK
        return node if node.role is role else replace(node, role=role)

    def _mentions(self, nodes: tuple[ast.Inline, ...]) -> tuple[ast.Inline, ...]:
        """*nodes* with the role of each icon: inside of something, none speaks or signs."""
        return ast.map_inlines(nodes, self._mention)

    def _mention(self, node: ast.Inline) -> ast.Inline:
        return self._role(node, ast.IconRole.MENTION) if isinstance(node, ast.Icon) else node

    def _read(
        self, nodes: tuple[ast.Inline, ...]
    ) -> tuple[tuple[ast.Icon, ...], tuple[ast.Inline, ...], tuple[ast.Icon, ...]]:
        """Read a line: (people in front, the nodes without them, icons if there is no text).

        The nodes come back with the role of each icon set.
        """
        if len(nodes) == 1 and isinstance(nodes[0], ast.Text):  # as most lines are
            return (), nodes, ()
        if not any(isinstance(node, ast.Icon) for node in nodes):
            return (), self._mentions(nodes), ()
        start, end = 0, len(nodes)
        while start < end and is_icon_or_space(nodes[start]):
            start += 1
        if start == end or (start and end == start + 1 and _is_colon(nodes[start])):
            icons = tuple(node for node in nodes if isinstance(node, ast.Icon))
            return (), self._mentions(nodes), icons
        while is_icon_or_space(nodes[end - 1]):
            end -= 1
        middle = self._mentions(nodes[start:end])
        tail = tuple(self._role(node, ast.IconRole.SIGNATURE) for node in nodes[end:])
        head = self._mentions(nodes[:start])
        leading = tuple(
            replace(node, role=ast.IconRole.SPEAKER)
            for node in head
            if isinstance(node, ast.Icon) and node.role is ast.IconRole.MENTION
        )
        if (
            not leading
            or _repeats(leading) >= MANY_TIMES
            or _continues(leading, _blank_at_end(head) + middle + tail)
            or not self._open_turns(leading)
        ):
            return (), head + middle + tail, ()
        marks = tuple(n for n in head if isinstance(n, ast.Icon) and n.role is ast.IconRole.MARK)
        return leading, marks + _stripped(middle) + tail, ()

    def _quoted(self, line: ast.Line) -> ast.Line:
        match line.nodes:
            case (ast.Quote(nodes),):
                leading, rest, _ = self._read(nodes)
                if leading:
                    # The names of speakers are shown in a quotation, so they get punctuation.
                    names = [part for icon in leading for part in (_COMMA, icon)][1:]
                    rest = (*names, _COLON, *rest)
                if rest != nodes:
                    return replace(line, nodes=(ast.Quote(rest, line=line.line),))
        return line


@dataclass(slots=True)
class _Speech:
    """An open turn, and the line of icons that began it."""

    speakers: tuple[ast.Icon, ...]
    parts: list[outline.Part]
    line: ast.Line

    def turn(self) -> outline.Turn | outline.Run:
        """The turn; of a line that nothing follows, the line: who stands there alone, signs."""
        icons = tuple(node for node in self.line.nodes if isinstance(node, ast.Icon))
        if self.parts:
            marks = tuple(icon for icon in icons if icon.role is ast.IconRole.MARK)
            first = (outline.Run((replace(self.line, nodes=marks),)),) if marks else ()
            return outline.Turn(self.speakers, (*first, *self.parts), self.line.line, self.line.id)
        signed = (
            icon if icon.role is ast.IconRole.MARK else replace(icon, role=ast.IconRole.SIGNATURE)
            for icon in icons
        )
        return outline.Run((replace(self.line, nodes=tuple(signed)),))


_SPEECH_ENDS = (_Speech, outline.Turn, outline.Gap, outline.HorizontalRule, outline.Section)


def _blank_at_end(nodes: tuple[ast.Inline, ...]) -> tuple[ast.Inline, ...]:
    return nodes[-1:] if isinstance(nodes[-1], ast.Text) else ()


def _key_of(icon: ast.Icon) -> str:
    return key(join_target(icon.project, icon.name))


def _repeats(icons: Sequence[ast.Icon]) -> int:
    """How many icons stand there besides the first of each name."""
    return sum(icon.count for icon in icons) - len(set(map(_key_of, icons)))


def _continues(icons: Sequence[ast.Icon], words: Sequence[ast.Inline]) -> bool:
    """Whether *words* make the icons in front of them words of a sentence."""
    space = ""
    if isinstance(blank := words[0], ast.Text) and blank.text.isspace():
        space, words = blank.text, words[1:]
    match words[0]:
        case ast.Strong(nodes) | ast.Decoration(_, nodes) if nodes:
            before = (ast.Text(space),) if space else ()
            return _continues(icons, (*before, *nodes, *words[1:]))
        case ast.Text(text):
            text = space + text + OBJECT * (len(words) > 1)
            return continues_sentence(text) or any(_names(icon, text) for icon in icons)
        case ast.PageLink("", project):
            return any(project in (icon.project, icon.name) for icon in icons)
        case ast.PageLink(title, project):
            # "[mio.icon] [mio]" names a page, and shows its icon in front.
            return any((key(icon.name), icon.project) == (key(title), project) for icon in icons)
    return False


def _names(icon: ast.Icon, text: str) -> bool:
    """Whether *text* begins with the name of *icon*, and has it as a word of a sentence."""
    name, text = icon.name.lower(), text.lstrip()
    if not name or not text.lower().startswith(name):
        return False
    rest = text[len(name) :]
    return not rest.strip(" \u3000.。") or continues_sentence(rest)


def _is_colon(node: ast.Inline) -> bool:
    return isinstance(node, ast.Text) and node.text.strip() in (":", "：")


def is_icon_or_space(node: ast.Inline) -> bool:
    """Whether *node* is no word: an icon, or white space between icons."""
    return isinstance(node, ast.Icon) or (isinstance(node, ast.Text) and node.text.isspace())


def _stripped(nodes: tuple[ast.Inline, ...]) -> tuple[ast.Inline, ...]:
    """*nodes* without the blanks and the colon that part a speaker from the words."""
    if not isinstance(first := nodes[0], ast.Text):
        return nodes
    text = _PARTED.sub("", first.text, count=1)
    return (replace(first, text=text), *nodes[1:]) if text else nodes[1:]
