"""A private snapshot: no output leads to a page that is not published."""

from __future__ import annotations

from pathlib import Path

import pytest
from sites import BUILDERS, EPUB, Site, texts

from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage, dump_lock

# The JSON builder of sphinxcontrib-serializinghtml 2.0, on Sphinx 9.
pytestmark = pytest.mark.filterwarnings("ignore:'sphinxcontrib\\.serializinghtml")

HERE = {
    "scrapbox_missing": "wiki",
    "scrapbox_project": "garden",
    "scrapbox_icons": "remote",
    "html_baseurl": "https://docs.example/",
}
SHED = """Tool shed
[Secret plan], [/garden/Secret plan#5ae4aae4aff09e00009a6337] and #Secret_tag
[* [Secret heading]] [Secret person.icon]
[https://scrapbox.io/garden/Secret%20plan], [a plan https://scrapbox.io/garden/Secret_plan]
[Secret person.icon]
 says [Well]
table:what
 [Secret plan]\t[Secret person.icon]
[/] or [/garden]
[$ V = \\pi ]
"""
FILES = {
    "index.md": """# Guide

[[Secret plan]], {scrapbox:page}`Secret plan` and {scrapbox:tag}`Secret tag`,
{scrapbox:icon}`Secret person`

```{toctree}
wiki/shed
wiki/well
```

```{scrapbox:wanted}
:min: 1
```

```{scrapbox:people}
```

```{scrapbox:map} Tool shed
:wanted:
```

```{scrapbox:include} Tool shed
```
""",
    "wiki/shed.scrapbox": SHED,
    "wiki/well.scrapbox": "Well\n[Secret plan] and [Tool shed]\n",
    # Another project of the same site, which is public, names the private one.
    "other/far.scrapbox": "Far away\n[/garden/Secret plan] and [Elsewhere]\n",
}
PAGES = (
    LockedPage("a" * 24, "Tool shed", "shed.scrapbox"),
    LockedPage("b" * 24, "Well", "well.scrapbox"),
)


def locks(*, private: bool = True) -> dict[str, str]:
    far = LockedPage("c" * 24, "Far away", "far.scrapbox")
    return {
        "wiki/scrapbox.lock": dump_lock(Lock("garden", private=private, pages=PAGES)),
        "other/scrapbox.lock": dump_lock(Lock("country", pages=(far,))),
    }


def leading(folder: Path) -> list[str]:
    """Files with an address of a page that is not there."""
    return [
        name
        for name, text in texts(folder)
        if "scrapbox.io/garden" in text or "scrapbox.io/api/pages/garden" in text
    ]


@pytest.mark.parametrize("builder", [*BUILDERS, "pickle"])
@pytest.mark.parametrize("related", ["cards", "list"])
def test_no_address_in_any_output(tmp_path: Path, builder: str, related: str) -> None:
    if builder == "gettext":
        pytest.skip("translators get the sources as they are")
    site = Site(tmp_path / "src", {**FILES, **locks()})
    done = site.build(builder, **HERE, **EPUB, scrapbox_related=related)
    assert done.warnings == []
    assert leading(done.out) == []
    said = "".join(text for _, text in texts(done.out))
    assert "Secret plan" in said  # the words stay
    if builder == "html":
        assert "https://scrapbox.io/country/Elsewhere" in said


def test_a_public_one_leads_there(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", {**FILES, **locks(private=False)})
    assert "wiki/shed.html" in leading(site.build(**HERE).out)


def test_a_page_that_is_published_is_linked(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", {**FILES, **locks()})
    body = site.build(**HERE).html("wiki/shed.html").body
    assert "well.html" in [link["href"] for link in body.all("a", "reference")]


def test_a_lock_that_becomes_private_is_followed(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", {**FILES, **locks(private=False)})
    site.build(**HERE)
    site.write(locks())
    done = site.build(**HERE)
    assert leading(done.out / "wiki") == []
    assert leading(done.out / "other") == []
    assert "scrapbox.io/garden" not in done.text("index.html")
    site.write(locks(private=False))
    assert "wiki/shed.html" in leading(site.build(**HERE).out)


def test_no_sources_beside_it(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", {**FILES, **locks()})
    out = site.build(**HERE).out
    found = {path.relative_to(out).as_posix() for path in (out / "_sources").rglob("*.*")}
    assert found == {"_sources/index.md.txt", "_sources/other/far.scrapbox.txt"}
