"""Which icons and images pages show, by the names that a lock gives them."""

from __future__ import annotations

from dataclasses import replace

from sphinx_scrapbox.formats.notation.lines import read_notation
from sphinx_scrapbox.remote.pictures import pictures_of
from sphinx_scrapbox.wiki.ast import Page


def read(text: str, project: str = "garden") -> Page:
    return replace(read_notation(text), project=project)


def test_each_once_in_order() -> None:
    found = pictures_of(
        [
            read(
                "Soil\n"
                "[hana.icon] wet [/tools/ren.icon] [[aki.icon]]\n"
                "> [https://example.org/b.png] [* [https://example.org/c.png]]\n"
                "table:places\n"
                "\tbed\t[mio.icon]\n"
                "[[https://example.org/d.png]]\n"
                "code:a.txt\n"
                " [https://example.org/no.png] [no.icon]\n"
            ),
            read("Earth\n[Hana.icon] [https://example.org/b.png] [https://example.org/a.png]\n"),
        ]
    )
    assert found.icons == ("/garden/aki", "/garden/hana", "/garden/mio", "/tools/ren")
    assert found.images == tuple(f"https://example.org/{name}.png" for name in "abcd")


def test_where_images_are_fetched() -> None:
    number = "0123456789abcdef" * 2
    found = pictures_of([read(f"Soil\n[https://gyazo.com/{number}]\n")])
    assert found.images == (f"https://gyazo.com/{number}/thumb/1000",)


def test_icons_of_nobody() -> None:
    page = read("Soil\n[hana.icon] [/tools/ren.icon]\n", project="")
    assert pictures_of([page]).icons == ("/tools/ren",)
    assert pictures_of([]) == ((), ())


def test_stills_of_films() -> None:
    rows = "[https://youtu.be/a1B2-c3D4_e]\n[https://youtu.be/b1B2-c3D4_e with a label]\n"
    still = "https://i.ytimg.com/vi/a1B2-c3D4_e/hqdefault.jpg"
    assert pictures_of([read(f"Soil\n{rows}")]).images == (still,)
