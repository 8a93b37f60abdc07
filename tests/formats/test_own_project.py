"""The project of pages, from what they say and what the others of their folder say."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sites import icon

from sphinx_scrapbox.formats.evidence.own_project import (
    Projects,
    Statement,
    exported_statement,
    native_statement,
    title_checksum,
)


def footer(project: str, title: str) -> str:
    target = f"/{project}/{title}"
    return (
        f"\n---\nThis page is auto-translated from [{target}](https://scrapbox.io{target}) "
        "using DeepL.\n"
    )


def said(title: str, *more: str, front: str = "") -> Statement:
    text = f'---\ntitle: "{title}"\n{front}---\n\nWords.\n' + "\n".join(more)
    return exported_statement(text, name="file")


@pytest.mark.parametrize(
    ("more", "front", "project"),
    [
        ((), "", ""),
        ((icon("mio"),), "", "garden-en"),
        ((icon("ren", "tools"),), "", ""),
        ((icon("mio"),), "project: barn\n", "barn"),
        ((icon("mio").replace("garden-en", "x"), icon("mio"), icon("ren")), "", "garden-en"),
        # what is in code says nothing
        ((f"`{icon('mio')}`",), "", ""),
        (("a.txt", "", "```", icon("mio"), "```"), "", ""),
        (("`code`", icon("mio")), "", "garden-en"),
        # a translation is not of the wiki of its source
        ((icon("mio"), footer("garden-en", "A")), "", ""),
        (("`code`", icon("mio"), footer("garden-en", "A")), "", ""),
        ((icon("mio"), footer("garden", "A")), "", "garden-en"),
    ],
)
def test_what_a_page_says(more: tuple[str, ...], front: str, project: str) -> None:
    assert said("A", *more, front=front).project == project


def test_footers_and_titles_are_checksums() -> None:
    statement = said("Leaf mould", footer("garden", "腐葉土"), footer("barn", "A/b"))
    assert statement.title == title_checksum("leaf_mould")
    assert statement.sources == (
        ("garden", title_checksum("腐葉土")),
        ("barn", title_checksum("a/B")),
    )
    native = native_statement(f"A\nWords{footer('garden', '水')}", title="A")
    assert native == Statement(
        title_checksum("A"), is_native=True, sources=(("garden", title_checksum("水")),)
    )


def projects(pages: Mapping[str, Statement], default: str = "") -> dict[str, str]:
    decided = Projects(pages, default=default)
    return {name: decided.of(name) for name in pages}


def test_a_folder_gives_its_project_to_pages_that_say_nothing() -> None:
    pages = {
        "en/a": said("A", icon("mio")),
        "en/b": said("B"),
        "en/more/c": said("C"),
        "ja/d": said("D"),
        "e": said("E"),
    }
    known = "garden-en"
    assert projects(pages) == {"en/a": known, "en/b": known, "en/more/c": known} | dict.fromkeys(
        ("ja/d", "e"), ""
    )
    assert projects(pages, default="barn")["ja/d"] == "barn"


def test_a_few_pages_of_another_wiki_change_nothing_but_themselves() -> None:
    pages = {f"a/{n}": said(str(n), icon("mio")) for n in range(2)}
    pages |= {"a/other": said("Other", front="project: barn\n"), "a/none": said("None")}
    assert projects(pages)["a/other"] == "barn"
    assert projects(pages)["a/none"] == "garden-en"
    pages["a/more"] = said("More", front="project: barn\n")
    assert projects(pages)["a/none"] == ""  # as many of each
    pages["a/none"] = said("None", footer("barn", "何"))
    assert projects(pages)["a/none"] == "garden-en"  # which leaves one
    assert "garden-en (2)" in Projects(pages).folders()["a"].reason


def test_the_folder_of_the_sources_is_known_by_the_footers() -> None:
    pages = {
        "en/a": said("A", footer("garden", "土")),
        "en/b": said("Same", footer("garden", "Same")),
        "ja/a": said("土"),
        "ja/b": said("Same"),
        "ja/c": said("水"),
        "notes/same": said("Same"),
    }
    assert projects(pages) == dict.fromkeys(("en/a", "en/b", "notes/same"), "") | dict.fromkeys(
        ("ja/a", "ja/b", "ja/c"), "garden"
    )
    # Nothing is guessed of a wiki whose pages are known.
    pages["old/a"] = said("Z", front="project: garden\n")
    assert projects(pages)["ja/a"] == ""


def test_a_folder_of_translations_is_not_of_the_wiki_of_their_sources() -> None:
    pages = {f"en/{n}": said(str(n), footer("garden", f"{n}つ")) for n in range(3)}
    pages |= {"en/own": said("Own"), "ja/a": said("何")}
    assert projects(pages, default="garden") == dict.fromkeys(pages, "") | {"ja/a": "garden"}


def test_lock_files_and_the_configuration() -> None:
    pages = {
        "en/a": said("A", icon("mio")),
        "en/b": said("B", front="project: barn\n"),
        "native/c": native_statement("C\n", title="C"),
        "native/d": said("D"),
    }
    decided = Projects(
        pages,
        locked=lambda folder: "pond" if folder == "native" else "",
        configured=lambda name: "shed" if name.startswith("en/") else "",
    )
    found = {name: decided.of(name) for name in (*pages, "en/by-hand", "other/by-hand")}
    assert found == {
        "en/a": "shed",
        "en/b": "barn",
        "native/c": "pond",
        "native/d": "pond",
        "en/by-hand": "shed",
        "other/by-hand": "",
    }
    assert decided.here == {"shed", "barn", "pond"}


def test_reasons() -> None:
    pages = {
        "en/a": said("A", icon("mio"), footer("garden", "土")),
        "en/b": said("B"),
        "en/more/c": said("C"),
        "ja/a": said("土"),
        "x/a": said("X"),
    }
    folders = Projects(pages).folders()
    assert {name: (entry.project, entry.reason) for name, entry in folders.items()} == {
        "en": ("garden-en", "1 of 2 pages names it in icons"),
        "en/more": (
            "garden-en",
            "its pages do not name it, and that of the folder above, en, is known",
        ),
        "ja": ("garden", "translation footers elsewhere name 1 page of it as sources"),
        "x": ("", "its pages do not name it"),
    }
