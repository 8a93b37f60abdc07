"""A page, understood: its parts, what they say together, and the slices that others show."""

from __future__ import annotations

import pytest

from sphinx_scrapbox.formats.notation.lines import read_lines, read_notation
from sphinx_scrapbox.wiki.ast import (
    Blank,
    Code,
    Decoration,
    Formula,
    Icon,
    IconRole,
    Inline,
    Line,
    Page,
    PageLink,
    Problem,
    Text,
)
from sphinx_scrapbox.wiki.dates import Dates
from sphinx_scrapbox.wiki.lines import summary_of_excerpt
from sphinx_scrapbox.wiki.outline import Bullets, Numbers, Run, Section, Turn
from sphinx_scrapbox.wiki.structure import NotThere, StructureOptions, arrange, structure
from sphinx_scrapbox.wiki.translation import wording

PAGE = read_notation("""Compost
[rain.icon] It rains
[** Heap]
 leaves
 [mole.icon] soft
code:turn.py
 dig()
table:sizes
 [mole.icon]	2
[* Small]
end""")
WORDINGS = (wording(r"From \[(?P<link>/[^\]]+)\]", "ja", "en"),)
MERGED = read_notation(
    "Compost\n[en.icon]\nFirst\n---\nFrom [/w/A]\n\nCompost\n[ja.icon]\n[* Later]\nSecond\n"
    "From [/w/B]\nrest"
)


def test_speakers_are_marked_and_sections_nested() -> None:
    (part,) = structure(PAGE).parts
    turn, heap = part.content
    assert isinstance(turn, Turn)
    assert [icon.name for icon in turn.speakers] == ["rain"]
    assert isinstance(heap, Section)
    assert heap.source == "Heap"
    assert isinstance(heap.parts[-1], Section)
    assert heap.parts[-1].source == "Small"


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("[mio.icon]の畑は広い", "mioの畑は広い"),
        ("Before that [/shed/Ken Ito.icon] spoke to [ren.icon] again", None),
        ("[mio.icon]: The heap is warm [ren.icon]", "The heap is warm"),
        ("> [mio.icon] The heap is warm", "The heap is warm"),
        ("1. [mio.icon]の畑 [ren.icon]", "1. mioの畑"),
        ("[2026/03/08.icon]← the day before", "← the day before"),
        ("[[mio.icon]][* [ren.icon]は来ない]", "renは来ない"),
        ("[mio.icon]\n leaves", "leaves"),
    ],
)
def test_summary_names_who_is_a_word_of_a_sentence(text: str, summary: str | None) -> None:
    structured = structure(read_notation(f"Compost\n{text}"))
    assert structured.summary == (summary or "Before that Ken Ito spoke to ren again")
    if summary is None:
        named = structured.excerpt(lambda icon: icon.name.upper())
        assert summary_of_excerpt(named) == "Before that KEN ITO spoke to REN again"


def test_each_footer_ends_a_part() -> None:
    structured = structure(MERGED, StructureOptions(wordings=WORDINGS))
    first, second, rest = structured.parts
    assert [part.title for part in structured.parts] == ["", "Compost", ""]
    assert [p.translation and p.translation.title for p in structured.parts] == ["A", "B", None]
    assert (first.language, second.language, rest.language) == ("en", "ja", "")
    assert structured.language == "en"  # the last mark names the language of that part's source
    assert structured.summary == "First Later Second"
    assert not any(
        isinstance(block, Line) and block.source.startswith("From") for block in structured.blocks
    )
    with_built_in_wordings = structure(MERGED)
    assert len(with_built_in_wordings.parts) == 1


def test_a_part_with_a_title_is_a_section_of_the_content() -> None:
    content = structure(MERGED, StructureOptions(wordings=WORDINGS)).content
    sections = [part for part in content if isinstance(part, Section)]
    assert [section.source for section in sections] == ["Compost"]
    assert isinstance(sections[0].parts[-1], Section)


def test_marks_are_nobody() -> None:
    def spoken(options: StructureOptions) -> bool:
        return isinstance(structure(PAGE, options).parts[0].content[0], Turn)

    assert spoken(StructureOptions())
    assert not spoken(StructureOptions(marks=frozenset({"rain"})))


def test_problems_of_reader_and_outline() -> None:
    mended = Problem("control_character", "mended")
    deep = tuple(Line(at, (Text("x"),), line=at + 1) for at in range(40))
    kinds = [p.kind for p in structure(Page("t", deep, problems=(mended,))).problems]
    assert kinds == ["control_character", "nesting"]


def test_dates_and_image() -> None:
    page = read_notation("t\n[a.icon]\n[https://gyazo.com/0123456789abcdef0123456789abcdef]")
    structured = structure(page)
    assert structured.image.endswith("/thumb/1000")
    assert structured.dates == Dates()
    assert structure(Page("t", (), created=5)).dates == Dates(5, 5)


def test_slices_are_arranged_like_the_page() -> None:
    structured = structure(PAGE)
    assert structured.section("heap") == structured.parts[0].content[1]
    assert structured.section("2").source == "Small"
    assert structured.code("").rows == ("dig()",)
    (icon,) = structured.table("sizes").rows[0][0]
    assert isinstance(icon, Icon)
    assert icon.role is IconRole.MENTION
    leaves, turn = structured.source_lines({4, 5})
    assert isinstance(leaves, Run)
    assert isinstance(turn, Turn)


@pytest.mark.parametrize(
    "heading",
    [
        (Text("Area "), Formula("x^2")),
        (Text("Area "), PageLink(f"x^2#{24 * 'a'}")),
        (Blank(" "), Text("Area "), Code("x^2")),
    ],
    ids=["formula", "link to a line", "blank"],
)
def test_a_section_is_found_by_what_readers_see_of_its_heading(
    heading: tuple[Inline, ...],
) -> None:
    page = Page("t", (Line(0, (Decoration("*", heading),)), Line(0, (Text("below"),))))
    assert structure(page).section("area x^2").title == heading


def test_a_numbered_line_brings_what_hangs_below_it_after_a_blank() -> None:
    ids = tuple(f"{number:024x}" for number in range(6))
    rows = ["t", "1. one", "", " leaf", "2. two", " twig"]
    (numbers,) = structure(read_lines(rows, ids=ids)).line(ids[1])
    assert isinstance(numbers, Numbers)
    ((run,),) = numbers.items
    assert isinstance(run, Run)
    assert isinstance(run.below[0], Bullets)


def test_a_line_brings_what_hangs_below_it_and_a_heading_its_section() -> None:
    ids = [f"{number:024x}" for number in range(4)]
    heading, item, below, after = (
        block
        for block in read_notation("t\n[* Heap]\n leaf\n  [mole.icon] soft\n twig").blocks
        if isinstance(block, Line)
    )
    lines = tuple(
        Line(line.indent, line.nodes, line.source, line_id)
        for line, line_id in zip((heading, item, below, after), ids, strict=True)
    )
    structured = structure(Page("t", lines))
    section = structured.line(ids[0])
    assert isinstance(section, Section)
    assert section.source == "Heap"
    (run,) = structured.line(ids[1])
    assert isinstance(run, Run)
    assert len(run.lines) == 1
    (bullets,) = run.below
    assert isinstance(bullets, Bullets)
    assert isinstance(bullets.items[0][0], Turn)


@pytest.mark.parametrize(
    "missing",
    [
        lambda page: page.section("Nothing"),
        lambda page: page.line("f" * 24),
        lambda page: page.source_lines({99}),
        lambda page: page.code("nothing"),
        lambda page: page.table("nothing"),
    ],
    ids=["section", "line", "source lines", "code", "table"],
)
def test_a_slice_that_is_not_there(missing) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NotThere):
        missing(structure(PAGE))


def test_text_that_is_no_page_has_no_footer() -> None:
    blocks = MERGED.blocks
    options = StructureOptions(wordings=WORDINGS)
    assert len(structure(MERGED, options).parts) == 3
    text = "".join(map(str, arrange(blocks)))
    assert "/w/A" in text
    assert "/w/B" in text
