"""How lines become sections, lists, runs and quotes; every page here is our own."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.wiki.ast import (
    Blank,
    Block,
    Code,
    CodeBlock,
    Decoration,
    Formula,
    Hashtag,
    Icon,
    Image,
    Inline,
    Line,
    Numbered,
    PageLink,
    Quote,
    Strong,
    Table,
    Text,
)
from sphinx_scrapbox.wiki.outline import (
    MAX_DEPTH,
    Bullets,
    Gap,
    HorizontalRule,
    Numbers,
    Outline,
    Part,
    Quotes,
    Run,
    Section,
    Turn,
    outline,
)

BLANK = Line(0)
CODE = CodeBlock(1, "feed.py", ("water()",))
TABLE = Table(1, "beds", (((Text("a"),),),))
HEAD = '---\ntitle: "Garden"\n---\n\n'


def text(indent: int, words: str) -> Line:
    return Line(indent, (Text(words),))


def quote(indent: int, words: str = "") -> Line:
    return Line(indent, (Quote((Text(words),) if words else ()),))


def numbered(indent: int, number: str, *nodes: Inline) -> Line:
    return Line(indent, (Numbered(number, nodes),), source=f"{number}. x")


def heading(stars: int, *nodes: Inline | str, rest: tuple[Inline, ...] = ()) -> Line:
    inner = tuple(Text(node) if isinstance(node, str) else node for node in nodes)
    return Line(0, (Decoration("*" * stars, inner), *rest))


def shape(parts: tuple[Part, ...] | Outline) -> list[object]:
    """The tree in short: words for lines, lists for lists, tuples for what hangs together."""
    if isinstance(parts, Outline):
        parts = parts.parts
    return [_shape_of(part) for part in parts]


def _shape_of(part: Part) -> object:
    match part:
        case Run(lines, below):
            words = " / ".join(_words(line.nodes) for line in lines)
            return (words, *shape(below)) if below else words
        case Quotes(lines, below):
            words = "> " + " / ".join(_words(line.nodes) for line in lines)
            return (words, *shape(below)) if below else words
        case Bullets(items):
            return [item[0] if len(item) == 1 else tuple(item) for item in map(shape, items)]
        case Numbers(start, items):
            return {
                number: item[0] if len(item) == 1 else tuple(item)
                for number, item in enumerate(map(shape, items), start)
            }
        case Section(title, beside, inner):
            named = f"# {_words(title)}" + (f" ({_words(beside)})" if beside else "")
            return (named, *shape(inner))
        case Turn(speakers, said):
            return (tuple(icon.name for icon in speakers), *shape(said))
        case CodeBlock():
            return "<code>"
        case Table():
            return "<table>"
        case HorizontalRule():
            return "---"
        case Gap():
            return ""


def _words(nodes: tuple[Inline, ...]) -> str:
    out = ""
    for node in nodes:
        match node:
            case Text(words) | Blank(words) | Code(words):
                out += words
            case PageLink(title):
                out += f"[{title}]"
            case Icon(name):
                out += f"{{{name}}}"
            case Hashtag(tag):
                out += f"#{tag}"
            case Image():
                out += "<image>"
            case Formula(tex):
                out += f"${tex}$"
            case Numbered(number, inner):
                out += f"{number}. {_words(inner)}"
            case Quote(inner) | Strong(inner) | Decoration(_, inner):
                out += _words(inner)
    return out


# -- lines and lists -------------------------------------------------------------------


def test_nothing() -> None:
    assert outline(()) == Outline(())
    assert outline((BLANK, BLANK)) == Outline(())


def test_unindented_lines_that_follow_each_other_are_one_run() -> None:
    page = (text(0, "dig"), text(0, "rake"), BLANK, text(0, "sow"))
    assert shape(outline(page)) == ["dig / rake", "", "sow"]


def test_blank_lines_around_and_between() -> None:
    page = (BLANK, text(0, "dig"), BLANK, BLANK, text(0, "sow"), BLANK)
    assert shape(outline(page)) == ["dig", "", "sow"]


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([1, 2, 1], [[("a", ["b"]), "c"]]),
        ([1, 3, 1], [[("a", ["b"]), "c"]]),
        ([1, 3, 2], [[("a", ["b", "c"])]]),
        ([3, 2, 1], [["a", "b", "c"]]),
        ([2, 2, 3], [["a", ("b", ["c"])]]),
        ([0, 1, 2], [("a", [("b", ["c"])])]),
        ([0, 2, 1], [("a", ["b", "c"])]),
        ([0, 31, 0], [("a", ["b"]), "c"]),
        ([1, 0, 1], [["a"], ("b", ["c"])]),
        ([0, 0, 1], [("a / b", ["c"])]),
        ([0, 1, 0], [("a", ["b"]), "c"]),
    ],
)
def test_levels_nest(levels: list[int], expected: list[object]) -> None:
    assert shape(outline(map(text, levels, "abc"))) == expected


def test_blank_line_does_not_end_a_list() -> None:
    page = (text(0, "beds"), text(1, "one"), BLANK, text(1, "two"), BLANK, text(2, "deep"))
    assert shape(outline(page)) == [("beds", ["one", ("two", ["deep"])])]


def test_blank_line_does_not_end_a_list_that_hangs_below_nothing() -> None:
    page = (text(1, "one"), BLANK, text(1, "two"), text(0, "end"))
    assert shape(outline(page)) == [["one", "two"], "end"]


def test_list_after_a_blank_does_not_hang_below_the_paragraph() -> None:
    page = (text(0, "beds"), BLANK, text(1, "one"), text(2, "deep"))
    assert shape(outline(page)) == ["beds", "", [("one", ["deep"])]]


def test_blank_line_within_a_deeper_level() -> None:
    page = (text(1, "one"), text(2, "deep"), BLANK, text(3, "deeper"))
    assert shape(outline(page)) == [[("one", [("deep", ["deeper"])])]]


def test_text_right_after_a_list_stands_alone() -> None:
    page = (text(0, "a"), text(1, "b"), text(0, "c"), text(0, "d"))
    assert shape(outline(page)) == [("a", ["b"]), "c / d"]


# -- code and tables -------------------------------------------------------------------


@pytest.mark.parametrize("block", [CODE, TABLE])
def test_block_belongs_to_the_item_above_it(block: Block) -> None:
    name = "<code>" if block is CODE else "<table>"
    page = (text(1, "one"), block, text(1, "two"))
    assert shape(outline(page)) == [[("one", name), "two"]]


def test_block_deeper_than_its_item() -> None:
    page = (text(1, "one"), CodeBlock(2, "a", ()), text(2, "deep"))
    assert shape(outline(page)) == [[("one", "<code>", ["deep"])]]


def test_block_below_a_paragraph() -> None:
    assert shape(outline((text(0, "so:"), CODE))) == [("so:", "<code>")]


def test_unindented_block_parts_two_runs() -> None:
    page = (text(0, "so:"), CodeBlock(0, "a", ()), text(0, "then"))
    assert shape(outline(page)) == ["so:", "<code>", "then"]


def test_indented_block_that_opens_the_page() -> None:
    assert shape(outline((CODE, text(1, "one")))) == ["<code>", ["one"]]


def test_nothing_hangs_below_a_block() -> None:
    page = (CodeBlock(0, "a", ()), text(1, "one"))
    assert shape(outline(page)) == ["<code>", ["one"]]


# -- numbers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ("1 2 3", [{1: "x1", 2: "x2", 3: "x3"}]),
        ("4 5", [{4: "x4", 5: "x5"}]),
        ("0 1", [{0: "x0", 1: "x1"}]),
        ("1 3 2", [{1: "x1"}, {3: "x3"}, {2: "x2"}]),
        ("1 1 2", [{1: "x1"}, {1: "x1", 2: "x2"}]),
    ],
)
@pytest.mark.parametrize("indent", [0, 1])
def test_numbers_stay_as_written(numbers: str, expected: list[object], indent: int) -> None:
    page = [numbered(indent, number, Text(f"x{number}")) for number in numbers.split()]
    assert shape(outline(page)) == expected


@pytest.mark.parametrize("number", ["01", "00", "1234567890"])
@pytest.mark.parametrize("indent", [0, 1])
def test_number_that_a_list_cannot_show_is_text(number: str, indent: int) -> None:
    words = f"{number}. bean"
    found = shape(outline([numbered(indent, number, Text("bean"))]))
    assert found == ([[words]] if indent else [words])


def test_numbered_lines_among_text() -> None:
    page = (text(0, "steps"), numbered(0, "1", Text("dig")), text(0, "so"))
    assert shape(outline(page)) == ["steps", {1: "dig"}, "so"]


def test_numbered_lines_among_bullets() -> None:
    page = (text(1, "a"), numbered(1, "1", Text("dig")), numbered(1, "2"), text(1, "b"))
    assert shape(outline(page)) == [["a"], {1: "dig", 2: ""}, ["b"]]


def test_what_hangs_below_a_number() -> None:
    page = (
        numbered(0, "1", Text("dig")),
        text(1, "deep"),
        numbered(0, "2", Text("sow")),
        BLANK,
        numbered(0, "3", Text("water")),
    )
    assert shape(outline(page)) == [{1: ("dig", ["deep"]), 2: "sow", 3: "water"}]


def test_block_of_a_number_does_not_end_its_list() -> None:
    page = (numbered(1, "1", Text("dig")), CODE, TABLE, numbered(1, "2", Text("sow")))
    assert shape(outline(page)) == [{1: ("dig", "<code>", "<table>"), 2: "sow"}]


def test_numbered_quote() -> None:
    page = (numbered(0, "1", Quote((Text("he said"),))), text(1, "did he?"))
    assert shape(outline(page)) == [{1: ("> he said", ["did he?"])}]


def test_source_of_a_numbered_line_has_no_number() -> None:
    part = outline([Line(1, (Numbered("7", (Text("sow"),)),), source="7. sow", id="a" * 24)]).parts
    assert isinstance(part[0], Numbers)
    (run,) = part[0].items[0]
    assert isinstance(run, Run)
    assert (run.lines[0].source, run.lines[0].id) == ("sow", "a" * 24)


# -- quotes ----------------------------------------------------------------------------


def test_quoted_lines_are_joined() -> None:
    page = (text(0, "he:"), quote(0, "one"), quote(0, "two"), text(0, "so"))
    assert shape(outline(page)) == ["he:", "> one / two", "so"]


def test_quoted_lines_are_joined_by_level() -> None:
    page = (quote(0, "a"), quote(1, "b"), quote(1, "c"), quote(0, "d"))
    assert shape(outline(page)) == [("> a", ["> b / c"]), "> d"]


def test_blank_line_parts_quotes() -> None:
    assert shape(outline((quote(0, "a"), BLANK, quote(0, "b")))) == ["> a", "", "> b"]
    assert shape(outline((quote(1, "a"), BLANK, quote(1, "b")))) == [["> a", "> b"]]


def test_empty_quoted_lines_stay() -> None:
    assert shape(outline((quote(0), quote(0, "a"), quote(0)))) == [">  / a / "]


def test_quote_with_a_list_below() -> None:
    page = (quote(1, "a"), text(2, "so"), quote(1, "b"))
    assert shape(outline(page)) == [[("> a", ["so"]), "> b"]]


# -- rules -----------------------------------------------------------------------------


@pytest.mark.parametrize("dashes", ["---", "-----", "-" * 40, "--- "])
def test_rule(dashes: str) -> None:
    page = (text(0, "a"), text(0, dashes), text(0, "b"))
    assert shape(outline(page)) == ["a", "---", "b"]


@pytest.mark.parametrize("project", ["icons", "icons2", "Icons2"])
def test_rule_by_icon(project: str) -> None:
    assert shape(outline([Line(0, (Icon("hr", project),))])) == ["---"]


@pytest.mark.parametrize(
    "line",
    [
        text(0, "--"),
        text(0, "----x"),
        text(0, "==="),
        Line(0, (Text("---"), Text(" "))),
        Line(0, (Icon("hr"),)),
        Line(0, (Icon("hr", "garden"),)),
        Line(0, (Icon("hr", "icons"), Text("x"))),
    ],
)
def test_no_rule(line: Line) -> None:
    assert not any(isinstance(part, HorizontalRule) for part in outline([line]).parts)


def test_rule_in_a_list_is_text() -> None:
    assert shape(outline((text(1, "a"), text(1, "---")))) == [["a", "---"]]
    assert isinstance(outline([text(1, "---")]).parts[0], Bullets)


def test_rule_by_icon_in_a_list() -> None:
    rule = (Icon("hr", "icons"),)
    page = (text(0, "a"), text(1, "b"), Line(1, rule), text(2, "c"), text(1, "d"))
    assert shape(outline(page)) == [("a", ["b"], "---", ["c"], ["d"])]
    page = (text(1, "b"), Line(2, rule), text(2, "c"))
    assert shape(outline(page)) == [[("b", "---", ["c"])]]


def test_list_right_below_a_rule() -> None:
    assert shape(outline((text(0, "---"), text(1, "a")))) == ["---", ["a"]]


@pytest.mark.parametrize("indent", [0, 1])
def test_list_after_a_blank_below_a_number(indent: int) -> None:
    page = (
        numbered(indent, "1", Text("one")),
        BLANK,
        text(indent + 1, "a"),
        BLANK,
        text(indent + 1, "b"),
        numbered(indent, "2", Text("two")),
    )
    assert shape(outline(page)) == [{1: ("one", ["a", "b"]), 2: "two"}]


# -- headings --------------------------------------------------------------------------


def test_sizes_are_ranked_largest_first() -> None:
    page = (
        text(0, "opening"),
        heading(2, "Beds"),
        text(0, "b"),
        heading(1, "Beans"),
        text(0, "c"),
        heading(2, "Tools"),
    )
    assert shape(outline(page)) == ["opening", ("# Beds", "b", ("# Beans", "c")), ("# Tools",)]


@pytest.mark.parametrize(
    ("stars", "expected"),
    [
        ([1, 1], [("# a",), ("# b",)]),
        ([4, 1], [("# a", ("# b",))]),
        ([1, 3], [("# a",), ("# b",)]),
        ([10, 5, 1, 5], [("# a", ("# b", ("# c",)), ("# d",))]),
        ([2, 1, 3, 1], [("# a", ("# b",)), ("# c", ("# d",))]),
        ([60, 1], [("# a", ("# b",))]),
    ],
)
def test_sections_nest_by_rank(stars: list[int], expected: list[object]) -> None:
    page = [heading(count, name) for count, name in zip(stars, "abcd", strict=False)]
    assert shape(outline(page)) == expected


@given(st.lists(st.integers(1, 12), max_size=40))
def test_a_section_is_smaller_than_its_parent(stars: list[int]) -> None:
    def check(parts: tuple[Part, ...], above: int) -> int:
        found = 0
        for part in parts:
            assert isinstance(part, Section)
            (node,) = part.title
            assert isinstance(node, Text)
            size = min(int(node.text), 10)
            assert size < above
            found += 1 + check(part.parts, size)
        return found

    page = [heading(count, str(count)) for count in stars]
    assert check(outline(page).parts, 99) == len(stars)


def test_list_and_text_below_a_heading() -> None:
    page = (heading(1, "Beds"), text(1, "one"), BLANK, text(1, "two"), text(0, "so"))
    assert shape(outline(page)) == [("# Beds", ["one", "two"], "so")]


def test_list_after_a_blank_below_a_heading() -> None:
    page = (heading(1, "Beds"), BLANK, text(1, "one"), BLANK, text(0, "so"))
    assert shape(outline(page)) == [("# Beds", ["one"], "", "so")]


@pytest.mark.parametrize(
    ("rest", "beside"),
    [
        ((), ""),
        ((Text("."),), ""),
        ((Text("。"),), ""),
        ((Text(" "),), ""),
        ((Text(" 2023-05-01 12:00"),), " 2023-05-01 12:00"),
        ((Text(" 2023-05-01T12:00"),), " 2023-05-01T12:00"),
        ((Text(" 5/1 "), Icon("mio")), " 5/1 {mio}"),
        ((Text(" "), Icon("mio")), " {mio}"),
        ((Text(" "), PageLink("Soil")), " [Soil]"),
        ((Text(" "), Hashtag("soil")), " #soil"),
    ],
)
def test_what_stands_beside_a_heading(rest: tuple[Inline, ...], beside: str) -> None:
    (section,) = outline([heading(1, "Plan", rest=rest)]).parts
    assert isinstance(section, Section)
    assert (_words(section.title), _words(section.beside)) == ("Plan", beside)


def test_icons_and_images_in_a_heading_stand_beside_it() -> None:
    page = heading(2, Icon("mio"), " Plan ", Image("https://example.org/a.png"))
    assert shape(outline([page])) == [("# Plan ({mio}<image>)",)]


@pytest.mark.parametrize(
    "line",
    [
        heading(1, "Plan", rest=(Text(" and more"),)),
        heading(1, "Plan", rest=(Text(" T"),)),
        heading(1, "Plan", rest=(Code("x"),)),
        heading(1, Image("https://example.org/a.png")),
        heading(1, Icon("mio")),
        heading(1, "  "),
        heading(1, Blank("  ")),
        heading(1, Code("")),
        heading(1),
        heading(0, "Plan"),
        Line(0, (Decoration("/", (Text("Plan"),)),)),
        Line(0, (Strong((Text("Plan"),)),)),
        Line(0, (Text("see "), Decoration("*", (Text("Plan"),)))),
        Line(1, (Decoration("***", (Text("Plan"),)),)),
        Line(0, (Quote((Decoration("*", (Text("Plan"),)),)),)),
    ],
)
def test_no_heading(line: Line) -> None:
    assert not any(isinstance(part, Section) for part in outline([line]).parts)


def with_words(words: str, *, number: str = "") -> Line:
    line = heading(1, "Plan", rest=(Text(words),))
    return Line(0, (Text(number), *line.nodes)) if number else line


@pytest.mark.parametrize("words", [" (for May)", ": 3 seeds and rakes", " for all beds", " 五月"])
def test_heading_with_words_among_headings(words: str) -> None:
    page = (heading(1, "Beds"), with_words(words), text(1, "a"), text(0, "b"))
    assert shape(outline(page))[1] == ("# Plan", (words.strip(), ["a"]), "b")


@pytest.mark.parametrize(
    "words",
    [
        " is what we need",
        " with beds in it.",
        ", and more",
        "ning",
        "を立てる",
        " を立てる",
        "。次",
    ],
)
def test_sentence_with_a_bold_beginning_is_no_heading(words: str) -> None:
    page = (heading(1, "Beds"), with_words(words))
    assert shape(outline(page)) == [("# Beds", f"Plan{words}")]


@pytest.mark.parametrize(
    "page",
    [
        (heading(1, "Beds"), with_words(" (May)"), with_words(" (June)")),
        (heading(2, "Beds"), with_words(" (May)")),
        (heading(1, "Beds"), with_words(" (May)", number="1.")),
    ],
)
def test_words_behind_most_bold_lines_of_a_size(page: tuple[Line, ...]) -> None:
    assert len(outline(page).parts) == 1


@pytest.mark.parametrize("signs", ["*", "*/", "|****", "*-_", "!*"])
def test_heading_with_further_signs(signs: str) -> None:
    line = Line(0, (Decoration(signs, (PageLink("Plan"),)),))
    assert shape(outline([line])) == [("# [Plan]",)]


@pytest.mark.parametrize(
    "line",
    [
        Line(0, (Numbered("1", (Decoration("*", (Text("Dig"),)),)),)),
        Line(0, (Numbered("1", (Decoration("*", (Text("Dig"),)), Text("."))),)),
        Line(0, (Text("1."), Decoration("*", (Text("Dig"),)), Text("."))),
        Line(0, (Text("1. "), Decoration("*", (Text("Dig"),)))),
    ],
)
def test_numbered_heading(line: Line) -> None:
    assert shape(outline([line])) == [("# 1. Dig",)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("1.### Dig the bed\n.", [("# 1. Dig the bed",)]),
        ("2. ## Sow", [("# 2. Sow",)]),
        ("### Plan\n 2023-05-01 12:00", [("# Plan ( 2023-05-01 12:00)",)]),
        ("### Plan\n.", [("# Plan",)]),
        ("- ### Plan", [["### Plan"]]),
        ("## Beds\n### Beans\ntext", [("# Beds", ("# Beans", "text"))]),
        ("a\n---\nb", ["a", "---", "b"]),
        ("- ---\n- a", [["---", "a"]]),
    ],
)
def test_of_exported_pages(body: str, expected: list[object]) -> None:
    assert shape(outline(read_markdown(HEAD + body).blocks)) == expected


@pytest.mark.parametrize(
    ("body", "source"),
    [
        ("### Plan", "Plan"),
        ("### Plan\n 2023-05-01 12:00", "Plan"),
        ("1.### Dig\n.", "1. Dig"),
        ("### Plan of [[Beds]]", "Plan of [[Beds]]"),
        ("### Plan of [[Beds]]\n 2023-05-01", "Plan of [[Beds]]"),
        ("2. ## [[Beds]]\n.", "2. [[Beds]]"),
    ],
)
def test_source_of_a_heading_is_that_of_its_words(body: str, source: str) -> None:
    (section,) = outline(read_markdown(HEAD + body).blocks).parts
    assert isinstance(section, Section)
    assert section.source == source


def test_source_of_a_native_heading() -> None:
    nodes = (Decoration("*/", (Text("Plan of "), PageLink("Beds"))), Text(" 5/1"))
    (section,) = outline([Line(0, nodes, "[*/ Plan of [Beds]] 5/1", "b" * 24, line=3)]).parts
    assert isinstance(section, Section)
    assert section.source == "Plan of [Beds]"
    assert (section.line, section.id) == (3, "b" * 24)


# -- depth and length ------------------------------------------------------------------


def depth_of(parts: tuple[Part, ...]) -> int:
    below = [0]
    for part in parts:
        match part:
            case Run(_, inner) | Quotes(_, inner):
                below.append(depth_of(inner))
            case Bullets(items) | Numbers(_, items):
                below.extend(1 + depth_of(item) for item in items)
    return max(below)


@pytest.mark.parametrize("levels", [MAX_DEPTH - 1, MAX_DEPTH])
def test_depth_that_is_kept(levels: int) -> None:
    shape_of = outline([text(level, "x") for level in range(levels + 1)])
    assert (depth_of(shape_of.parts), shape_of.problems) == (levels, ())


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 10_000])
def test_depth_that_is_cut(levels: int) -> None:
    page = [Line(level, (Text("x"),), line=level + 1) for level in range(levels + 1)]
    shape_of = outline(page)
    assert depth_of(shape_of.parts) == MAX_DEPTH
    (problem,) = shape_of.problems
    assert (problem.kind, problem.line) == ("nesting", MAX_DEPTH + 2)


def test_no_line_is_lost_beyond_the_depth() -> None:
    page = [text(level, f"x{level};") for level in (*range(50), *range(50, 0, -1))]
    words = repr(shape(outline(page)))
    assert all(f"x{level};" in words for level in range(50))


# -- any page --------------------------------------------------------------------------

_inline = st.sampled_from(
    [
        (Text("x"),),
        (Quote((Text("x"),)),),
        (Quote(()),),
        (Numbered("1", (Text("x"),)),),
        (Numbered("2", ()),),
        (Numbered("2", (Quote(()),)),),
        (Numbered("03", (Decoration("*", (Text("x"),)),)),),
        (Decoration("**", (Text("x"),)),),
        (Decoration("*", ()),),
        (Icon("mio"),),
        (Icon(""),),
        (Text("---"),),
        (),
    ]
)
_blocks = st.one_of(
    st.builds(Line, st.integers(0, 5), _inline),
    st.builds(CodeBlock, st.integers(0, 3), st.just("x"), st.just(())),
    st.builds(Table, st.integers(0, 3), st.just("x"), st.just(())),
)


def lines_of(parts: tuple[Part, ...]) -> int:
    count = 0
    for part in parts:
        match part:
            case Run(lines, below) | Quotes(lines, below):
                count += len(lines) + lines_of(below)
            case Bullets(items) | Numbers(_, items):
                assert items
                count += sum(map(lines_of, items))
            case Section():
                count += 1 + lines_of(part.parts)
            case HorizontalRule() | CodeBlock() | Table():
                count += 1
    return count


@given(st.lists(_blocks, max_size=30))
def test_every_line_is_there_once(page: list[Block]) -> None:
    parts = outline(page).parts
    assert lines_of(parts) == sum(1 for b in page if not isinstance(b, Line) or b.nodes)
    assert not any(isinstance(a, Gap) and isinstance(b, Gap) for a, b in pairwise(parts))
