"""Signatures are found in the source of a page as the page's own reader finds them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sites import icon

from sphinx_scrapbox.formats.evidence.signatures import read_signatures
from sphinx_scrapbox.formats.markdown.writer import write_markdown
from sphinx_scrapbox.formats.notation.lines import read_lines
from sphinx_scrapbox.wiki.ast import Icon, IconRole, walk
from sphinx_scrapbox.wiki.outline import Run, Turn, outline
from sphinx_scrapbox.wiki.speakers import PageSignatures, Speakers, find_signers
from sphinx_scrapbox.wiki.titles import key


@pytest.mark.parametrize(
    ("row", "names", "opened"),
    [
        ("Dig deep [mio.icon]", ("mio",), 0),
        ("\t\tDig deep[Ken Ito.icon*3] [ren.icon] ", ("ken_ito", "ren"), 0),
        ("Dig deep [[mio.icon]]", ("mio",), 0),
        ("Dig deep [/shed/Ken.icon]", ("ken",), 0),
        ("[mio.icon]Dig deep [ren.icon]", ("ren",), 1),
        ("> [mio.icon]Dig deep", (), 1),
        ("3. [mio.icon] Dig deep", (), 1),
        (f"- {icon('mio')}Dig deep {icon('ren')}", ("ren",), 1),
        (f"    - Dig deep {icon('Ken Ito', 'shed')}{icon('''o'hara''')}", None, 0),
        ("Dig deep [mio.icon], they said", (), 0),
        ("Dig deep [2024/03/09.icon][/icons/done.icon]", (), 0),
        ("[2024/03/09.icon] Dig deep", (), 0),
        (" [mio.icon][ren.icon]", (), 0),
        (f"- {icon('mio')}", (), 0),
        ("Dig [deep.icon", (), 0),
        ("Dig deep.icon]", (), 0),
        ("]", (), 0),
        (".icon]", (), 0),
        ("", (), 0),
    ],
)
def test_row(row: str, names: tuple[str, ...] | None, opened: int) -> None:
    expected = ("ken_ito", "o'hara") if names is None else names
    assert read_signatures([row]) == PageSignatures(expected, bool(expected), opened)


_ROWS = st.lists(
    st.sampled_from(["[mio.icon]", "[Ken Ito.icon]", "[/shed/bo.icon]", "[[x.icon]]", " ", "dig"]),
    max_size=6,
).map(lambda pieces: "".join(pieces).lstrip())


@given(_ROWS)
def test_names_are_those_that_the_page_shows(row: str) -> None:
    page = read_lines(["Title", row])
    parts = Speakers().mark(outline(page.blocks).parts)
    runs = [run for part in parts for run in (part.parts if isinstance(part, Turn) else [part])]
    icons = [
        node
        for run in runs
        if isinstance(run, Run)
        for node in walk(run.lines[0])
        if isinstance(node, Icon) and node.role is IconRole.SIGNATURE
    ]
    signatures = read_signatures([row])
    if "dig" in row:
        assert set(signatures.names) == {key(one.name) for one in icons}
    else:
        assert signatures == PageSignatures()
    assert read_signatures(write_markdown(page).split("\n")) == signatures


PEOPLE = tuple("abcde")


@pytest.mark.parametrize(
    ("pages", "signers"),
    [
        ([PageSignatures(PEOPLE, 1000, 0)] * 2, PEOPLE),
        ([PageSignatures(PEOPLE, 1000, 0)], ()),
        ([PageSignatures(PEOPLE[:4], 1000, 0)] * 2, ()),
        ([PageSignatures(PEOPLE, 1000, 1000)] * 2, ()),
        ([PageSignatures((*PEOPLE, "f"), 1000, 0), PageSignatures(PEOPLE, 1000, 0)], PEOPLE),
        ([PageSignatures(PEOPLE, 999, 0)] * 2, ()),
        ([], ()),
    ],
)
def test_signers(pages: list[PageSignatures], signers: tuple[str, ...]) -> None:
    assert find_signers(pages) == signers
    assert find_signers(reversed(pages)) == signers
