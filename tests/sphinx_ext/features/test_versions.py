"""Of when a site's pages are: what a directive, substitutions and a line on each page say."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from sites import BUILDERS, EPUB, Built, Html, Site, Tag, page

from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage, dump_lock

pytestmark = pytest.mark.filterwarnings("ignore:'sphinxcontrib\\.serializinghtml")

NEW_YEAR = 1704067200  # 2024-01-01
DAY = 86400
INDEX = "# Index\n\n```{toctree}\n:glob:\n\n*\n```\n"
PLAIN = "# Plain\n\nWords on [[/garden-en/Compost]].\n"
PAGES = (LockedPage("1", "Compost", "Compost.scrapbox"), LockedPage("2", "A b", "A b.scrapbox"))
LINE = {"scrapbox_provenance": "end"}
SUBSTITUTIONS = {"myst_enable_extensions": ["substitution"]}
ASK = "{{ scrapbox_project }}, {{ scrapbox_date }}"


def lock(project: str = "garden-en", *, day: int = 0, **more: Any) -> str:
    """A lock file whose pages are those of a day in January 2024, the first being 0."""
    return dump_lock(Lock(project, **{"exported": NEW_YEAR + day * DAY, "pages": PAGES, **more}))


def wiki(folder: str, text: str) -> dict[str, str]:
    return {
        f"{folder}/Compost.scrapbox": "Compost\nTurn it, says [A b].",
        f"{folder}/A b.scrapbox": "A b\nWords of [Compost].",
        f"{folder}/scrapbox.lock": text,
    }


@pytest.fixture
def site(tmp_path: Path) -> Site:
    files = {"index.md": INDEX, "plain.md": PLAIN, **wiki("wiki", lock())}
    return Site(tmp_path / "src", files)


def body(built: Built, docname: str) -> str:
    text = built.html(f"{docname}.html").body.text
    return text.replace("\N{PILCROW SIGN}", "")


def line_of(built: Built, docname: str) -> str:
    (line,) = built.html(f"{docname}.html").body.all("p", "scrapbox-provenance")
    return line.text


# -- the directive ---------------------------------------------------------------------


def test_directive_tells_of_the_snapshot(site: Site) -> None:
    site.write({"about.md": "# About\n\n```{scrapbox:snapshot}\n```\n"})
    built = site.build()
    assert built.warnings == []
    told = built.html("about.html").body.one("p", "scrapbox-snapshot")
    assert told.text == "From the wiki garden-en, as of Jan 01, 2024: 2 pages."
    assert told.one("a")["href"] == "https://scrapbox.io/garden-en"
    assert told.one("time")["datetime"] == "2024-01-01T00:00:00Z"


def test_directive_in_restructuredtext_and_another_language(site: Site) -> None:
    site.write({"about.rst": "About\n=====\n\n.. scrapbox:snapshot::\n"})
    built = site.build(language="ja")
    assert "Wiki garden-en より、2024年01月01日時点：2 ページ。" in body(built, "about")
    built = site.build(language="ja", html_last_updated_fmt="%Y-%m-%d")
    assert "Wiki garden-en より、2024-01-01時点：2 ページ。" in body(built, "about")


def test_directive_as_a_table_and_of_several(site: Site) -> None:
    site.write(wiki("tools", lock("tools", day=1, private=True, pages=PAGES[:1])))
    site.write(
        {
            "table.md": "# T\n\n```{scrapbox:snapshot}\n:as: table\n```\n",
            "list.md": "# L\n\n```{scrapbox:snapshot}\n```\n",
            "one.md": "# O\n\n```{scrapbox:snapshot}\n:path: tools\n```\n",
            "wiki/two.md": "# W\n\n```{scrapbox:snapshot}\n:path: .\n```\n",
            "named.md": "# N\n\n```{scrapbox:snapshot}\n:project: garden-en\n```\n",
        }
    )
    built = site.build(suppress_warnings=["toc", "scrapbox.duplicate_title"])
    assert built.warnings == []
    cells = [cell.text for cell in built.html("table.html").body.all("td")]
    assert cells == [
        *("tools (private)", "Jan 02, 2024", "1"),
        *("garden-en", "Jan 01, 2024", "2"),
    ]
    hidden = "From the private wiki tools, as of Jan 02, 2024: 1 page."
    shown = "From the wiki garden-en, as of Jan 01, 2024: 2 pages."
    items = built.html("list.html").body.one("ul", "scrapbox-snapshot").all("li")
    assert [item.text for item in items] == [hidden, shown]
    assert body(built, "one") == f"O {hidden}"
    assert body(built, "wiki/two") == f"W {shown}"
    assert body(built, "named") == f"N {shown}"
    for name in ("table", "list", "one"):
        assert "scrapbox.io/tools" not in built.text(f"{name}.html")


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (":as: song", "option 'as' must be one of sentence, table, not 'song'"),
        (":path: nowhere", "no lock file lists such pages"),
        (":project: other", "no lock file lists such pages"),
    ],
)
def test_directive_that_asks_for_what_is_not_there(site: Site, option: str, message: str) -> None:
    site.write({"about.md": f"# About\n\n```{{scrapbox:snapshot}}\n{option}\n```\n"})
    (warning,) = site.build().warnings
    assert warning.startswith(f"SRC/about.md:3: WARNING: scrapbox:snapshot: {message}")
    assert warning.endswith("[scrapbox.directive]")


def test_directive_without_any_lock_file(tmp_path: Path) -> None:
    files = {"index.md": "# Index\n\n```{scrapbox:snapshot}\n```\n", "told/told.md": page("Told")}
    (warning,) = Site(tmp_path / "src", files).build().warnings
    assert "no lock file lists such pages" in warning


@pytest.mark.parametrize("exported", [0, -5, 10**30])
def test_snapshot_without_a_date(site: Site, exported: int) -> None:
    site.write({"about.md": "# About\n\n```{scrapbox:snapshot}\n```\n"})
    site.write({"wiki/scrapbox.lock": lock(exported=exported)})
    built = site.build(**LINE)
    assert built.warnings == []
    assert body(built, "about") == "About From the wiki garden-en: 2 pages."
    assert line_of(built, "wiki/Compost") == "Live page"


def test_lock_that_means_harm(site: Site) -> None:
    evil = "<script>alert(1)</script> [x](javascript:x)"
    hostile = lock(evil, url="javascript:alert(1)//")
    site.write({"about.md": f"# About\n\n{ASK}\n\n```{{scrapbox:snapshot}}\n```\n"})
    site.write({"wiki/scrapbox.lock": hostile})
    built = site.build(scrapbox_canonical="wiki", **LINE, **SUBSTITUTIONS)
    assert body(built, "about").startswith(f"About {evil}, Jan 01, 2024")
    for name in ("about", "wiki/Compost"):
        text = built.text(f"{name}.html")
        assert "<script>alert" not in text
        assert 'href="javascript' not in text
        Html(text)


# -- substitutions ---------------------------------------------------------------------


def test_substitutions(site: Site) -> None:
    site.write(
        {
            "rest.rst": "On |scrapbox-date|\n==================\n\nOf |scrapbox-project|.\n",
            "myst.md": f"# On {{{{ scrapbox_date }}}}\n\n{ASK}, {{{{ scrapbox_date|upper }}}}\n",
        }
    )
    built = site.build(**SUBSTITUTIONS)
    assert built.warnings == []
    assert body(built, "rest") == "On Jan 01, 2024 Of garden-en."
    assert body(built, "myst") == "On Jan 01, 2024 garden-en, Jan 01, 2024, JAN 01, 2024"
    assert "On Jan 01, 2024" in body(built, "index")


def test_what_a_document_or_the_site_defines_comes_first(site: Site) -> None:
    head = "---\nmyst:\n  substitutions:\n    scrapbox_date: mine\n---\n"
    rest = "R\n=\n\n|scrapbox-date|\n\n.. |scrapbox-date| replace:: mine\n"
    site.write({"rest.rst": rest, "myst.md": f"{head}# M\n\n{ASK}\n"})
    built = site.build(myst_substitutions={"scrapbox_project": "ours"}, **SUBSTITUTIONS)
    assert built.warnings == []
    assert body(built, "rest") == "R mine"
    assert body(built, "myst") == "M ours, mine"


def test_substitutions_speak_of_the_lock_file_above(site: Site) -> None:
    site.write(wiki("tools", lock("tools", day=1)))
    site.write({"tools/deep/about.md": f"# T\n\n{ASK}\n", "wiki/about.md": f"# W\n\n{ASK}\n"})
    built = site.build(suppress_warnings=["toc", "scrapbox.duplicate_title"], **SUBSTITUTIONS)
    assert built.warnings == []
    assert body(built, "tools/deep/about") == "T tools, Jan 02, 2024"
    assert body(built, "wiki/about") == "W garden-en, Jan 01, 2024"


def test_substitutions_among_several_snapshots(site: Site) -> None:
    site.write(wiki("tools", lock("tools")))
    site.write({"myst.md": f"# M\n\n{ASK}\n", "rest.rst": "R\n=\n\nOf |scrapbox-project|.\n"})
    built = site.build(**SUBSTITUTIONS)
    said = [line for line in built.warnings if "duplicate_title" not in line]
    text = "lock files differ in the project of the wiki's pages: tools, garden-en"
    assert sorted(said) == [
        f"SRC/myst.md: WARNING: {text} [scrapbox.snapshot]",
        f"SRC/rest.rst:4: WARNING: {text} [scrapbox.snapshot]",
    ]
    assert body(built, "myst") == "M , Jan 01, 2024"  # they agree on the day


def test_substitutions_speak_of_the_project_of_the_site(site: Site) -> None:
    site.write(wiki("tools", lock("tools", day=1)))
    site.write({"myst.md": f"# M\n\n{ASK}\n"})
    config = {"suppress_warnings": ["scrapbox.duplicate_title"], **SUBSTITUTIONS}
    built = site.build(scrapbox_project="tools", **config)
    assert built.warnings == []
    assert body(built, "myst") == "M tools, Jan 02, 2024"


def test_substitutions_without_a_lock_file(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", {"index.md": f"# Index\n\n{ASK}\n"})
    built = site.build(scrapbox_project="garden-en", **SUBSTITUTIONS)
    (warning,) = built.warnings
    assert "no lock file gives the date of the wiki's pages [scrapbox.snapshot]" in warning
    assert body(built, "index") == "Index garden-en,"


def test_myst_without_its_extension_substitutes_nothing(site: Site) -> None:
    site.write({"myst.md": f"# M\n\n{ASK}\n"})
    built = site.build()
    assert built.warnings == []
    assert body(built, "myst") == f"M {ASK}"


# -- the line on each page -------------------------------------------------------------


def test_line_at_the_end_and_at_the_start(site: Site) -> None:
    built = site.build(**LINE)
    assert built.warnings == []
    assert line_of(built, "wiki/Compost") == "As of Jan 01, 2024 · Live page"
    section = built.html("wiki/Compost.html").body.one("section", id="compost")
    parts = [tag for tag in section.children if isinstance(tag, Tag)]
    classes = [(tag.attributes.get("class") or "").split()[0] for tag in parts[-2:]]
    assert classes == ["scrapbox-provenance", "scrapbox-related"]
    link = section.one("p", "scrapbox-provenance").one("a")
    assert link["href"] == "https://scrapbox.io/garden-en/Compost"

    built = site.build(scrapbox_provenance="start")
    section = built.html("wiki/Compost.html").body.one("section", id="compost")
    names = [tag.name for tag in section.children if isinstance(tag, Tag)]
    assert names[:2] == ["h1", "p"]
    assert body(built, "wiki/Compost").startswith("Compost As of Jan 01, 2024")
    assert "As of" not in body(site.build(), "wiki/Compost")


def test_line_is_for_wiki_pages_alone(site: Site) -> None:
    site.write({"wiki/notes.md": "# Notes\n\nBy hand.\n", "told/told.md": page("Told", "Words.")})
    site.write({"quiet/silent.md": "# Silent\n\nWords."})
    built = site.build(scrapbox_pages=["quiet/*"], **LINE)
    assert "scrapbox-provenance" not in built.text("wiki/notes.html")
    assert (
        line_of(built, "told/told") == "Live page"
    )  # of which nothing tells when it was exported
    assert "scrapbox-provenance" not in built.text("quiet/silent.html")  # nor from where


def test_line_leads_to_the_host_of_the_wiki(site: Site) -> None:
    site.write({"wiki/scrapbox.lock": lock(url="https://wiki.example.org")})
    built = site.build(scrapbox_canonical="wiki", **LINE)
    text = built.text("wiki/A b.html")
    assert '<link rel="canonical" href="https://wiki.example.org/garden-en/A_b" />' in text
    assert 'href="https://wiki.example.org/garden-en/A_b">Live page' in text


def test_private_pages_have_no_live_page(site: Site) -> None:
    site.write({"wiki/scrapbox.lock": lock(private=True)})
    config = {"html_baseurl": "https://docs.example.org/", "scrapbox_canonical": "wiki"}
    built = site.build(**LINE, **config)
    assert line_of(built, "wiki/Compost") == "As of Jan 01, 2024"
    text = built.text("wiki/Compost.html")
    assert "scrapbox.io" not in text
    assert '<link rel="canonical" href="https://docs.example.org/wiki/Compost.html" />' in text


def test_line_in_another_language(site: Site) -> None:
    built = site.build(language="ja", **LINE)
    assert line_of(built, "wiki/Compost") == "2024年01月01日時点 · 最新のページ"


@pytest.mark.parametrize("builder", BUILDERS)
def test_line_in_every_format(site: Site, builder: str) -> None:
    site.write({"index.md": f"{INDEX}\n```{{toctree}}\n:glob:\n\nwiki/*\n```\n"})
    site.write({"about.md": f"# About\n\n{ASK}\n\n```{{scrapbox:snapshot}}\n:as: table\n```\n"})
    built = site.build(builder, **LINE, **SUBSTITUTIONS, **(EPUB if builder == "epub" else {}))
    assert built.warnings == []
    if builder != "gettext":
        files = [path for path in built.out.rglob("*") if path.is_file()]
        texts = "".join(path.read_bytes().decode(errors="replace") for path in files)
        assert "As of" in texts
        assert "Live page" in texts


def test_addresses_that_nobody_wrote_are_not_checked(site: Site) -> None:
    site.write({"wiki/A b.scrapbox": "A b", "wiki/Compost.scrapbox": "Compost\n[A b]"})
    built = site.build("linkcheck", **LINE)
    assert built.text("output.txt") == ""


def test_search_does_not_find_the_line(site: Site) -> None:
    built = site.build(**LINE)
    assert '"live"' not in built.text("searchindex.js")


# -- incremental builds ----------------------------------------------------------------

ASKING = {
    "myst.md": f"# M\n\n{ASK}\n",
    "rest.rst": "R\n=\n\n|scrapbox-date|\n",
    "about.md": "# About\n\n```{scrapbox:snapshot}\n```\n",
}


def _same_as_fresh(site: Site, kept: Built, **config: Any) -> None:
    fresh = site.build(target="_fresh", **config)
    for path in fresh.out.rglob("*.html"):
        name = path.relative_to(fresh.out)
        assert (kept.out / name).read_bytes() == path.read_bytes(), name
    shutil.rmtree(fresh.out.parent)


@pytest.mark.parametrize("parallel", [0, 2])
def test_new_snapshot_reads_those_that_speak_of_it(site: Site, parallel: int) -> None:
    config = {**SUBSTITUTIONS, "parallel": parallel}
    site.write(ASKING)
    site.build(**config)
    again = site.build(**config)
    assert (again.read, again.written) == ([], [])

    site.write({"wiki/scrapbox.lock": lock(day=3)})
    built = site.build(**config)
    assert built.read == ["about", "myst", "rest"]
    assert not {"plain", "wiki/Compost", "wiki/A b"} & set(built.written)
    assert "Jan 04, 2024" in body(built, "rest")
    _same_as_fresh(site, built, **config)


@pytest.mark.parametrize("parallel", [0, 2])
def test_new_snapshot_writes_pages_and_reads_none(site: Site, parallel: int) -> None:
    config = {**LINE, "parallel": parallel}
    site.write(ASKING | wiki("tools", lock("tools")))
    site.write({"myst.md": "# M\n", "rest.rst": "R\n=\n", "about.md": "# About\n"})
    site.build(**config)
    again = site.build(**config)
    assert (again.read, again.written) == ([], [])

    site.write({"wiki/scrapbox.lock": lock(day=3)})
    built = site.build(**config)
    assert (built.read, built.written) == ([], ["wiki/A b", "wiki/Compost"])
    assert line_of(built, "wiki/Compost") == "As of Jan 04, 2024 · Live page"
    _same_as_fresh(site, built, **config)


def test_sites_without_the_line_write_nothing_for_a_new_snapshot(site: Site) -> None:
    site.build()
    site.write({"wiki/scrapbox.lock": lock(day=3)})
    built = site.build()
    assert (built.read, built.written) == ([], [])


def test_snapshot_that_comes_goes_or_moves_to_another_host(site: Site) -> None:
    config = {**SUBSTITUTIONS, **LINE, "suppress_warnings": ["scrapbox"]}
    site.write(ASKING)
    site.build(**config)
    site.write(wiki("tools", lock("tools", day=7)))
    built = site.build(**config)
    assert {"about", "myst", "rest"} <= set(built.read)
    _same_as_fresh(site, built, **config)

    site.write({"tools/scrapbox.lock": lock("tools", day=7, url="https://wiki.example.org")})
    built = site.build(**config)
    assert "wiki/Compost" not in built.read
    assert "https://wiki.example.org/tools/Compost" in built.text("tools/Compost.html")
    _same_as_fresh(site, built, **config)

    (site.src / "tools/scrapbox.lock").unlink()
    built = site.build(**config)
    assert {"about", "myst", "rest", "tools/Compost"} <= set(built.read)
    _same_as_fresh(site, built, **config)


def test_another_form_of_dates(site: Site) -> None:
    site.write(ASKING)
    site.build(**SUBSTITUTIONS)
    built = site.build(html_last_updated_fmt="%Y-%m-%d", **SUBSTITUTIONS)
    assert built.read == ["about", "myst", "rest"]
    assert "2024-01-01" in body(built, "rest")


# -- a wiki of one's own ---------------------------------------------------------------

OWN = "https://wiki.example.org"


def test_links_lead_to_the_host_of_the_lock_file(site: Site) -> None:
    words = f"Compost\n[Nowhere] #nothing [/other/Page]\n[{OWN}/garden-en/A_b] [mio.icon]"
    site.write({"wiki/scrapbox.lock": lock(url=OWN), "wiki/Compost.scrapbox": words})
    site.write({"plain.md": "# Plain\n\n[[/garden-en/Nobody]]\n"})
    built = site.build(scrapbox_icons="remote")
    assert built.warnings == []
    body = built.html("wiki/Compost.html").body
    links = {tag.text: tag["href"] for tag in body.all("a")}
    assert links["Nowhere"] == f"{OWN}/garden-en/Nowhere"
    assert links["#nothing"] == f"{OWN}/garden-en/nothing"
    assert links["/other/Page"] == "https://scrapbox.io/other/Page"  # unknown here
    assert "A%20b.html" in [tag["href"] for tag in body.all("a", "internal")]
    assert body.one("img", "scrapbox-avatar")["src"].startswith(f"{OWN}/api/pages/garden-en/mio")
    guide = built.html("plain.html").body.one("a", "scrapbox-wiki")
    assert guide["href"] == f"{OWN}/garden-en/Nobody"
    assert f'href="{OWN}/garden-en/nothing"' in built.text("scrapbox-tags.html")


def test_another_host_has_all_links_written_anew(site: Site) -> None:
    site.write({"plain.md": "# Plain\n\n[[/garden-en/Nobody]]\n", "other.md": "# Other\n"})
    site.build()
    site.write({"wiki/scrapbox.lock": lock(url=OWN)})
    built = site.build()
    assert {"plain", "wiki/Compost"} <= set(built.written)
    assert "other" not in built.written
    assert f"{OWN}/garden-en/Nobody" in built.text("plain.html")
    _same_as_fresh(site, built)


def test_private_wiki_in_another_folder(site: Site) -> None:
    site.write(wiki("tools", lock(private=True)))
    site.write({"about.md": "# About\n\n```{scrapbox:snapshot}\n:path: wiki\n```\n"})
    built = site.build(suppress_warnings=["scrapbox.duplicate_title"], **LINE)
    assert "From the private wiki garden-en" in body(built, "about")
    assert "scrapbox.io" not in built.text("about.html")
    assert "scrapbox.io" not in built.text("wiki/Compost.html")


def test_translators_are_not_asked_to_translate_it(site: Site) -> None:
    texts = "```{scrapbox:snapshot}\n:as: table\n```\n\n```{scrapbox:snapshot}\n```\n"
    site.write({"about.md": f"# About\n\n{texts}"})
    built = site.build("gettext", **LINE)
    assert 'msgid "About"' in built.text("about.pot")
    assert "As of" not in built.text("about.pot")
    assert "garden-en" not in built.text("about.pot")


# -- any sequence of snapshots ---------------------------------------------------------


class _Keeper:
    """Takes snapshot after snapshot of two wikis, at random, the same way for one seed."""

    def __init__(self, site: Site, seed: int) -> None:
        self._site = site
        self._random = random.Random(seed)

    def edit(self) -> None:
        folder = self._random.choice(["wiki", "tools"])
        if folder == "tools" and self._random.random() < 0.2:
            shutil.rmtree(self._site.src / folder, ignore_errors=True)
            return
        rows = [row for row in PAGES if self._random.random() < 0.8]
        for row in PAGES:
            path = self._site.src / folder / row.file
            if row not in rows:
                path.unlink(missing_ok=True)
            elif not path.exists() or self._random.random() < 0.4:
                text = f"{row.title}\n{self._random.choice('abc')} [Compost] [A b] [Nowhere]"
                self._site.write({f"{folder}/{row.file}": text})
        head = {
            "project": self._random.choice([folder, folder, "shared"]),
            "exported": NEW_YEAR + DAY * self._random.randint(0, 2),
            "private": self._random.random() < 0.3,
            "url": self._random.choice(["", "", OWN]),
        }
        self._site.write({f"{folder}/scrapbox.lock": dump_lock(Lock(**head, pages=tuple(rows)))})


@pytest.mark.long
@pytest.mark.parametrize(("seed", "parallel"), [(1, 0), (1, 2), (2, 0), (3, 2)])
def test_step_by_step_is_as_good_as_new(tmp_path: Path, seed: int, parallel: int) -> None:
    site = Site(tmp_path / "src", {"index.md": INDEX, "plain.md": PLAIN, **ASKING})
    site.write({"linking.md": "# L\n\n[[/shared/Nowhere]] [[/tools/A b]] [[/wiki/Nobody]]\n"})
    keeper = _Keeper(site, seed)
    keeper.edit()
    config: dict[str, Any] = {"suppress_warnings": ["scrapbox"], "scrapbox_canonical": "wiki"}
    config |= {"parallel": parallel, **LINE, **SUBSTITUTIONS}
    site.build(**config)
    for _ in range(6):
        keeper.edit()
        _same_as_fresh(site, site.build(**config), **config)
