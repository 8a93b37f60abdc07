"""What changed between two snapshots: pages matched, lines told, nothing lost."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from changes import apply
from hypothesis import example, given
from hypothesis import strategies as st

from sphinx_scrapbox.formats.project import load_project
from sphinx_scrapbox.snapshot.diff.lines import line_changes
from sphinx_scrapbox.snapshot.diff.model import (
    Comparison,
    LineChange,
    LineKind,
    PageKind,
    PageState,
    PageText,
    Row,
    Snapshot,
)
from sphinx_scrapbox.snapshot.diff.pages import compare
from sphinx_scrapbox.snapshot.diff.words import diff_words

TEXTS = ["", "a", "b", "Turn the heap", "Turn the heap twice", "Wet it.", "Keep it dry.", "-"]
rows = st.lists(
    st.builds(
        lambda depth, text: Row(depth if text else 0, text),
        st.integers(0, 3),
        st.sampled_from(TEXTS),
    ),
    max_size=14,
).map(tuple)


def some_rows(*texts: str) -> tuple[Row, ...]:
    """Rows as the wiki's notation writes them."""
    return tuple(
        Row(len(text) - len(text.lstrip()) if text.strip() else 0, text.strip()) for text in texts
    )


def text(*texts: str, ids: str = "") -> PageText:
    return PageText(some_rows(*texts), tuple(ids.split()))


def told(old: PageText, new: PageText) -> list[tuple[str, int, int, int]]:
    """Kind, place in the old page, place in the new, number of rows."""
    changes = line_changes(old, new)
    assert apply(old.rows, changes) == new.rows
    return [(one.kind.value, one.old, one.new, len(one.rows)) for one in changes]


def _edited(page: list[tuple[str, Row]], chance: random.Random) -> list[tuple[str, Row]]:
    """A page as somebody may have left it: lines with their ids."""
    page = list(page)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(page) + 1)
        end = min(len(page), at + chance.randint(1, 8))
        block = page[at:end]
        match chance.randrange(5):
            case 0:
                page[at:end] = []
            case 1:
                page.insert(
                    at, (f"new {chance.random()}", Row(chance.randint(0, 3), "A new line"))
                )
            case 2:
                del page[at:end]
                place = chance.randrange(len(page) + 1)
                page[place:place] = block
            case 3:
                page[at:end] = [
                    (name, Row(row.depth + 1, row.text) if row.text else row)
                    for name, row in block
                ]
            case _ if block:
                name, row = block[0]
                page[at] = name, Row(row.depth, f"{row.text} and more")
    return page


# -- what must hold for any pages ------------------------------------------------------


@given(rows, rows)
@example((Row(0, "a"), Row(0, "b")), (Row(0, "b"), Row(0, "a")))
def test_difference_makes_new_of_old(old: tuple[Row, ...], new: tuple[Row, ...]) -> None:
    assert apply(old, line_changes(PageText(old), PageText(new))) == new


@given(st.data())
def test_difference_by_ids_makes_new_of_old(data: st.DataObject) -> None:
    old, new = data.draw(rows), data.draw(rows)
    names = [str(number) for number in range(20)]
    texts = []
    for page in (old, new):
        # Some ids are missing, and a damaged lock may have one twice.
        ids = data.draw(
            st.lists(st.sampled_from(["", "1", *names]), min_size=len(page), max_size=len(page))
        )
        texts.append(PageText(page, tuple(ids)))
    assert apply(old, line_changes(*texts)) == new


@given(rows.filter(len), st.randoms(use_true_random=False), st.booleans())
def test_difference_of_edits_makes_new_of_old(
    page: tuple[Row, ...], chance: random.Random, by_id: bool
) -> None:
    old = [(str(number), row) for number, row in enumerate(page)]
    new = _edited(old, chance)
    texts = [
        PageText(
            tuple(row for _name, row in version),
            tuple(name for name, _row in version) if by_id else (),
        )
        for version in (old, new)
    ]
    assert apply(page, line_changes(*texts)) == texts[1].rows


@given(rows)
def test_equal_pages_do_not_differ(page: tuple[Row, ...]) -> None:
    assert line_changes(PageText(page), PageText(page)) == ()


@given(rows, rows)
def test_difference_is_the_same_each_time(old: tuple[Row, ...], new: tuple[Row, ...]) -> None:
    once = line_changes(PageText(old), PageText(new))
    assert line_changes(PageText(old), PageText(new)) == once


@given(st.integers(3, 14), st.data(), st.booleans())
def test_a_block_that_moved_is_one_move(size: int, data: st.DataObject, by_id: bool) -> None:
    page = [Row(number % 3, f"Line number {number}") for number in range(size)]
    start = data.draw(st.integers(0, size - 2))
    end = data.draw(st.integers(start + 1, size - 1))
    place = data.draw(st.integers(0, size - (end - start)).filter(lambda at: at != start))
    rest = page[:start] + page[end:]
    moved = rest[:place] + page[start:end] + rest[place:]
    ids = tuple(row.text for row in page) if by_id else ()
    new_ids = tuple(row.text for row in moved) if by_id else ()
    changes = line_changes(PageText(tuple(page), ids), PageText(tuple(moved), new_ids))
    assert [one.kind for one in changes] == [LineKind.MOVED]
    assert changes[0].shift == 0
    # Of two blocks that changed places, the smaller one is said to have moved.
    assert len(changes[0].rows) <= end - start
    assert apply(page, changes) == tuple(moved)


@given(st.integers(1, 12), st.data(), st.integers(1, 3))
def test_a_block_that_was_indented_is_one_change(
    size: int, data: st.DataObject, shift: int
) -> None:
    page = [
        Row(0, "") if blank else Row(number % 2, f"Line number {number}")
        for number, blank in enumerate(
            data.draw(st.lists(st.booleans(), min_size=size, max_size=size))
        )
    ]
    start = data.draw(st.integers(0, size - 1))
    end = data.draw(st.integers(start + 1, size))
    new = [
        Row(row.depth + shift, row.text) if start <= at < end and row.text else row
        for at, row in enumerate(page)
    ]
    changes = line_changes(PageText(tuple(page)), PageText(tuple(new)))
    back = line_changes(PageText(tuple(new)), PageText(tuple(page)))
    shifted = any(row.text for row in page[start:end])
    assert [(one.kind, one.shift) for one in changes] == [(LineKind.SHIFTED, shift)] * shifted
    assert [(one.kind, one.shift) for one in back] == [(LineKind.SHIFTED, -shift)] * shifted


# -- what a reader would say -----------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (text("a"), text("a", "b"), [("added", 1, 1, 1)]),
        (text("a", "b"), text("b"), [("removed", 0, 0, 1)]),
        (text("Wet it."), text("Wet it well."), [("edited", 0, 0, 1)]),
        (text("Wet it."), text("All else"), [("removed", 0, 0, 1), ("added", 1, 0, 1)]),
        (text(), text("a", "b"), [("added", 0, 0, 2)]),
        # An edited row that is at another level, too.
        (text("Wet it."), text(" Wet it well."), [("edited", 0, 0, 1)]),
        # A list that moved and became a part of another one.
        (
            text("Heap", " green", " brown", "Rain", "Sun", "Wind", "Ice"),
            text("Rain", "Sun", "Wind", "Ice", " Heap", "  green", "  brown"),
            [("moved", 0, 4, 3)],
        ),
        # Short rows are all alike: nobody moved this one.
        (
            text("-", "Turn the heap", "Wet it."),
            text("Turn the heap", "Wet it.", "-"),
            [("removed", 0, 0, 1), ("added", 3, 2, 1)],
        ),
        # Two of one text, one of which got another level.
        (text("x", " x"), text("x", "  x"), [("shifted", 1, 1, 1)]),
    ],
)
def test_by_text(old: PageText, new: PageText, expected: list[tuple[str, int, int, int]]) -> None:
    assert told(old, new) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # By its id, a row is known that has not a word left.
        (text("Wet it.", ids="1"), text("All else", ids="1"), [("edited", 0, 0, 1)]),
        # ... and one that was edited elsewhere.
        (
            text("one", "two", "three", ids="1 2 3"),
            text("two", "three", "uno", ids="2 3 1"),
            [("edited", 0, 2, 1)],
        ),
        # Retyped, it has another id, and is the same to a reader.
        (
            text("Turn the heap", "Wet it.", ids="1 2"),
            text("Turn the heap", "Wet it.", ids="8 9"),
            [],
        ),
        # Enter at the start of a line leaves its id on the blank one above.
        (text("Turn it", ids="1"), text("", "Turn it", ids="1 2"), [("added", 0, 0, 1)]),
        # Two of one text: it is told which one went.
        (text("x", "x", "x", ids="1 2 3"), text("x", "x", ids="1 3"), [("removed", 1, 1, 1)]),
        # Only one side knows ids.
        (text("a", "b", ids="1 2"), text("a", "b", "c"), [("added", 2, 2, 1)]),
    ],
)
def test_by_id(old: PageText, new: PageText, expected: list[tuple[str, int, int, int]]) -> None:
    assert told(old, new) == expected


def test_changes_of_other_rows_are_refused() -> None:
    change = LineChange(LineKind.REMOVED, 0, 0, some_rows("a"))
    with pytest.raises(ValueError, match="other rows at 0"):
        apply(some_rows("b"), [change])


@pytest.mark.parametrize(
    ("before", "after", "marked"),
    [
        ("Keep it dry.", "Keep it wet.", "Keep it [dry]{wet}."),
        ("one two three", "uno due three", "[one two]{uno due} three"),
        ("", "new", "{new}"),
        ("gone", "", "[gone]"),
        ("same", "same", "same"),
        ("土を返す", "土を混ぜる", "土を[返す]{混ぜる}"),
        ("堆肥の山を返す", "落ち葉で畑を覆う", "[堆肥の山を返す]{落ち葉で畑を覆う}"),
        ("春の堆肥と土", "夏の腐葉と土", "[春の堆肥]{夏の腐葉}と土"),
        ("a 👍🏽 b", "a 👍🏿 b", "a [👍🏽]{👍🏿} b"),
        ("cafe\u0301 noir", "cafe noir", "[cafe\u0301]{cafe} noir"),
    ],
)
def test_words(before: str, after: str, marked: str) -> None:
    signs = {"": "{}", "-": "[{}]", "+": "{{{}}}"}
    pieces = diff_words(before, after)
    assert "".join(signs[sign].format(piece) for sign, piece in pieces) == marked


@given(st.text("ab 土返.-\n", max_size=30), st.text("ab 土返.-\n", max_size=30))
def test_words_lose_none(before: str, after: str) -> None:
    pieces = diff_words(before, after)
    assert "".join(piece for sign, piece in pieces if sign != "+") == before
    assert "".join(piece for sign, piece in pieces if sign != "-") == after


# -- real pages ------------------------------------------------------------------------


def test_real_pages_that_somebody_edited(shared: Path) -> None:
    chance = random.Random(7)
    kinds: Counter[LineKind] = Counter()
    pages = 0
    for path in sorted((shared / "native").glob("*.json")):
        for found in load_project(path.read_bytes()).pages:
            old = [
                (name, row)
                for name, text in zip(found.line_ids[1:], found.rows[1:], strict=True)
                for row in some_rows(text)
            ]
            new = _edited(old, chance)
            before, after = tuple(row for _, row in old), tuple(row for _, row in new)
            ids = [tuple(name for name, _row in page) for page in (old, new)]
            by_id = line_changes(PageText(before, ids[0]), PageText(after, ids[1]))
            by_text = line_changes(PageText(before), PageText(after))
            assert apply(before, by_id) == apply(before, by_text) == after
            kinds.update(one.kind for one in by_id)
            # Six edits, each of one block, are told in some more changes, not in dozens.
            assert len(by_id) <= 24, found.title
            pages += 1
    assert pages > 100
    assert kinds.keys() == set(LineKind) - {LineKind.MOVED_OUT, LineKind.MOVED_IN}


# -- what must not take for ever -------------------------------------------------------

MANY = 100_000


@pytest.mark.parametrize(
    "make",
    [
        lambda at: f"Line number {at}",
        lambda at: "the same",
        lambda at: "-",
        lambda at: f"{at % 7}",
        lambda at: f"Line number {at // 2}",
    ],
)
def test_long_pages(make: object) -> None:
    assert callable(make)
    page = [Row(at % 4, make(at)) for at in range(MANY)]
    new = [*page[1000:50_000], *page[:1000], Row(0, "come"), *page[50_000:-5]]
    new[70_000] = Row(0, "Line edited")
    changes = line_changes(PageText(tuple(page)), PageText(tuple(new)))
    assert apply(page, changes) == tuple(new)


def test_long_pages_that_have_nothing_in_common() -> None:
    old = tuple(Row(0, f"Line {at} of the old page") for at in range(20_000))
    new = tuple(Row(0, f"Line {at} of the new page") for at in range(20_000))
    changes = line_changes(PageText(old), PageText(new))
    assert apply(old, changes) == new
    assert {one.kind for one in changes} == {LineKind.EDITED}


def test_long_rows() -> None:
    old, new = "a b " * 200_000, "b c " * 200_000
    changes = line_changes(text(old), text(new))
    assert apply(text(old).rows, changes) == text(new).rows
    assert "".join(piece for sign, piece in diff_words(old, new) if sign != "+") == old


# -- pages -----------------------------------------------------------------------------


def snapshot(*pages: tuple[PageState, PageText | None]) -> Snapshot:
    known = dict(pages)

    def read(wanted: Sequence[PageState]) -> list[PageText | None]:
        return [known[state] for state in wanted]

    return Snapshot("here", tuple(known), read=read)


def state(title: str, mark: str = "", **fields: object) -> PageState:
    marks = frozenset({mark} if mark else ())
    fields = {"file": f"{title}.scrapbox", "marks": marks, **fields}
    return PageState(title, **fields)  # type: ignore[arg-type]


def pages(comparison: Comparison) -> list[tuple[str, str, str]]:
    return [(page.kind.value, page.old_title, page.title) for page in comparison.pages]


def test_pages_by_id() -> None:
    old = snapshot(
        (state("Compost", "1", id="a"), text("Green")),
        (state("Rain", "2", id="b"), text("Falls")),
        (state("Worms", "3", id="c"), text("Many")),
        (state("Sun", "4", id="d"), text("Shines")),
        (state("Kept", "5", id="e"), text("Kept")),
    )
    new = snapshot(
        (state("Compost", "1b", id="a"), text("Green", "Brown")),
        (state("Water", "2", id="b"), text("Falls")),
        (state("Worm", "3b", id="c"), text("Many", "more")),
        (state("Wind", "6", id="f"), text("Blows")),
        (state("Kept", "5b", id="e"), text("", "Kept", "")),
    )
    comparison = compare(old, new)
    assert pages(comparison) == [
        ("new", "", "Wind"),
        ("changed", "", "Compost"),
        ("renamed", "Rain", "Water"),
        ("renamed", "Worms", "Worm"),
        ("gone", "", "Sun"),
    ]
    assert [page.added for page in comparison.pages] == [0, 1, 0, 1, 0]
    assert [page.title for page in comparison.of(PageKind.GONE)] == ["Sun"]


def test_only_texts_that_may_differ_are_read() -> None:
    asked: list[str] = []

    def read(wanted: Sequence[PageState]) -> list[PageText | None]:
        asked.extend(page.title for page in wanted)
        return [text("x") for _page in wanted]

    old = Snapshot(pages=(state("A", "1"), state("B", "2")), read=read)
    new = Snapshot(pages=(state("A", "1"), state("B", "3"), state("C", "4")), read=read)
    # B was written anew and says what it said.
    assert pages(compare(old, new)) == [("new", "", "C")]
    assert asked == ["B", "B"]


def test_pages_without_ids() -> None:
    long = ("Turn the heap", "Wet it.", "Keep it dry.")
    old = snapshot(
        (state("leaf mould", "1"), text("Leaves")),
        (state("Retitled", "2", file="page.md"), text("x")),
        (state("Moved away", "3", file="old/page.md"), text("x")),
        (state("Heap", "4"), text(*long, "Old end")),
        (state("Other", "5"), text("Nothing in common")),
    )
    new = snapshot(
        (state("Leaf_mould", "1b"), text("Leaves")),
        (state("Titled", "2b", file="page.md"), text("x")),
        (state("Moved away", "3", file="new/page.md"), text("x")),
        (state("Compost heap", "4b"), text(*long, "New end")),
        (state("Another", "5b"), text("All else")),
    )
    assert pages(compare(old, new)) == [
        ("new", "", "Another"),
        ("renamed", "Heap", "Compost heap"),
        ("renamed", "leaf mould", "Leaf_mould"),
        ("renamed", "Retitled", "Titled"),
        ("gone", "", "Other"),
    ]


def test_two_that_changed_titles_kept_their_texts() -> None:
    old = snapshot((state("A", "1", file="a"), None), (state("B", "2", file="b"), None))
    new = snapshot((state("B", "2", file="a"), None), (state("A", "1", file="b"), None))
    assert compare(old, new).pages == ()


def test_pages_of_other_projects_are_others() -> None:
    old = snapshot((state("Compost", "1", id="a", project="garden"), text("Green")))
    new = snapshot((state("Compost", "1", id="b", project="kitchen"), text("Green")))
    assert pages(compare(old, new)) == [("new", "", "Compost"), ("gone", "", "Compost")]
    # A project of another name has the same pages.
    renamed = snapshot((state("Compost", "1", id="a", project="kitchen"), text("Green")))
    assert compare(old, renamed).pages == ()


def test_a_page_made_anew_under_its_title_has_changed() -> None:
    old = snapshot((state("Compost", "1", id="a"), text("Green")))
    new = snapshot((state("Compost", "2", id="b"), text("Brown")))
    assert pages(compare(old, new)) == [("changed", "", "Compost")]


def test_without_texts_ids_are_counted() -> None:
    old = snapshot((state("A", "1", line_ids=("1", "2")), None), (state("B", "2"), None))
    new = snapshot((state("A", "3", line_ids=("2", "3", "4")), None), (state("B", "2"), None))
    (page,) = compare(old, new).pages
    assert (page.kind, page.added, page.removed, page.lines) == (PageKind.CHANGED, 2, 1, ())


def test_a_text_is_known_by_the_marks_that_reading_it_gave() -> None:
    old = snapshot((state("A", "sha256:1"), None))
    new = snapshot((state("A", "git:2"), PageText((), marks=frozenset({"sha256:1"}))))
    assert compare(old, new).pages == ()


def test_order_does_not_depend_on_that_of_snapshots() -> None:
    some = [(state(title, title, file="f"), text(title)) for title in "abc"]
    other = [(state(title, title, file="f"), text(title)) for title in "def"]
    assert (
        compare(snapshot(*some), snapshot(*other)).pages
        == compare(snapshot(*reversed(some)), snapshot(*reversed(other))).pages
    )
