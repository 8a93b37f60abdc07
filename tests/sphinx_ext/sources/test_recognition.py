"""Which documents of a site are pages of a wiki, and what is said of those in doubt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from edits import output
from repositories import commit, git, needs_git
from sites import Built, Site, icon, page

from sphinx_scrapbox.check.rules import Rule
from sphinx_scrapbox.cli import main
from sphinx_scrapbox.cli.check import diagnose, explanations
from sphinx_scrapbox.snapshot.loader import SnapshotLoader
from sphinx_scrapbox.snapshot.lockfile import Lock, dump_lock
from sphinx_scrapbox.sphinx_ext.warnings import Warn

HERE: dict[str, Any] = {
    "scrapbox_project": "garden-en",
    "suppress_warnings": ["toc.not_included"],
}
RAW = '```{raw} html\n<b id="ran">raw</b>\n```'


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


def named(title: str, *lines: str) -> str:
    """An exported page without any mark."""
    return "\n".join(["---", f'title: "{title}"', "---", "", *lines])


def pages(built: Built) -> set[str]:
    return {name for name in built.app.env.found_docs if built.facts(name).is_page}


def doubts(built: Built) -> list[str]:
    return [line for line in built.warnings if f"[scrapbox.{Warn.UNRECOGNISED.value}]" in line]


def ran(built: Built, docname: str) -> bool:
    return '<b id="ran">' in built.text(f"{docname}.html")


def test_exports_need_no_configuration(site: Site) -> None:
    site.write(
        {
            "index.md": "# Index\n\n[[Rain barrel]], [[a/b]], [[\\o/ hooray]]\n",
            "wiki/Plain notes.md": named("Plain notes", "One", "Two #tag"),
            "wiki/Rain barrel.md": f"---\ntitle:\n 'Rain barrel'\n---\n\nOne\nTwo{icon('mio')}\n",
            "wiki/a-b.md": named("a/b", "text"),
            "wiki/hooray.md": named("\\o/ hooray", "hi" + icon("mio")),
            "wiki/Temp.md": named("C:\\temp notes", "hi" + icon("mio")),
            "wiki/Hidden.md": named("Hidden", RAW, "never closed", "  ```", icon("mio")),
            "wiki/Unmarked.md": named("Unmarked", RAW, "{doc}`index`"),
        }
    )
    built = site.build(**HERE)
    assert built.warnings == []
    assert pages(built) == built.app.env.found_docs - {"index"}
    assert not any(ran(built, name) for name in pages(built))
    assert built.facts("wiki/Temp").title == "C:\\temp notes"
    links = {tag["href"] for tag in built.html("index.html").body.all("a", "internal")}
    assert {"wiki/Rain%20barrel.html", "wiki/a-b.html", "wiki/hooray.html"} <= links


@pytest.mark.parametrize(
    "neighbour", ["marked.md", "Named.md", "native.scrapbox", "scrapbox.lock"]
)
@pytest.mark.parametrize("parallel", [0, 2])
def test_a_neighbour_decides(site: Site, neighbour: str, parallel: int) -> None:
    texts = {
        "marked.md": page("Other title", "words"),
        "Named.md": named("Named", "words"),
        "native.scrapbox": "Native\nwords\n",
        "scrapbox.lock": dump_lock(Lock("garden-en")),
    }
    site.write({"index.md": "# Index\n", "wiki/Doubt.md": named("Doubt", RAW)})
    site.write({f"wiki/by-hand-{at}.md": f"# By hand {at}\n" for at in range(4)})
    alone = site.build(parallel=parallel, **HERE)
    assert (pages(alone), len(doubts(alone)), ran(alone, "wiki/Doubt")) == (set(), 1, True)

    site.write({f"wiki/{neighbour}": texts[neighbour]})
    among = site.build(parallel=parallel, **HERE)
    assert "wiki/Doubt" in among.read
    assert "wiki/by-hand-1" not in among.read
    assert "wiki/Doubt" in pages(among)
    assert (doubts(among), ran(among, "wiki/Doubt")) == ([], False)
    fresh = site.build(target="_fresh", parallel=parallel, **HERE)
    assert dict(output(among.out)) == dict(output(fresh.out))
    assert site.build(parallel=parallel, **HERE).read == []

    (site.src / "wiki" / neighbour).unlink()
    again = site.build(parallel=parallel, **HERE)
    assert "wiki/Doubt" in again.read
    assert (pages(again), len(doubts(again)), ran(again, "wiki/Doubt")) == (set(), 1, True)


def test_a_neighbour_that_is_no_longer_a_page(site: Site) -> None:
    site.write(
        {
            "index.md": "# Index\n",
            "wiki/Doubt.md": named("Doubt", RAW),
            "wiki/Named.md": named("Named", "words"),
        }
    )
    assert pages(site.build(**HERE)) == {"wiki/Doubt", "wiki/Named"}
    site.write({"wiki/Named.md": "# By hand\n"})
    built = site.build(**HERE)
    assert (pages(built), built.read) == (set(), ["wiki/Doubt", "wiki/Named"])


def test_documents_in_doubt_do_not_vouch_for_each_other(site: Site) -> None:
    site.write({"index.md": "# Index\n"})
    site.write({f"wiki/D{at}.md": named(f"D{at}", RAW) for at in range(7)})
    built = site.build(**HERE)
    assert pages(built) == set()
    assert built.warnings == [
        "WARNING: wiki: 7 files look like wiki pages, but may be hand-written, so MyST reads them "
        "as trusted text: 'D0.md', 'D1.md', 'D2.md', 'D3.md', 'D4.md', …. If this is a wiki, "
        "set scrapbox_pages = ['wiki/**']; if not, scrapbox_pages = ['!wiki/**'] "
        "[scrapbox.unrecognised]"
    ]
    assert site.build(scrapbox_pages=["!wiki/**"], **HERE).warnings == []
    assert len(pages(site.build(scrapbox_pages=["wiki/**"], **HERE))) == 7


def test_the_lines_for_conf_py_do_what_they_say(site: Site) -> None:
    site.write(
        {
            "index.md": "# Index\n",
            "In [doubt]*.md": named("In [doubt]*", RAW),
            "a [b]/Plain.md": named("Plain", RAW),
            "a [b]/hand.md": "# By hand\n",
            "old/Old.md": named("Old", "Words"),
        }
    )
    given = ["old/**"]
    built = site.build(scrapbox_pages=given, **HERE)
    assert pages(built) == {"old/Old"}
    lines = doubts(built)
    assert len(lines) == 2
    for line in lines:
        included, excluded = (
            part.split(" [scrapbox")[0].partition("; ")[0]
            for part in line.split("scrapbox_pages = ")[1:]
        )
        docname = "In [doubt]*" if "In " in line else "a [b]/Plain"
        built = site.build(scrapbox_pages=eval(included), **HERE)
        assert pages(built) == {"old/Old", docname}
        built = site.build(scrapbox_pages=eval(excluded), **HERE)
        assert pages(built) == {"old/Old"}
        assert len(doubts(built)) == 1
        assert repr(docname.rpartition("/")[2] + ".md") not in doubts(built)[0]


def test_exclusions_take_precedence(site: Site) -> None:
    site.write(
        {
            "index.md": "# Index\n",
            "wiki/index.md": "# By hand\n\n{doc}`/index`\n",
            "wiki/Shed.md": page("Shed"),
            "wiki/Plain.md": "no front matter",
        }
    )
    built = site.build(scrapbox_pages=["!**/index.md", "!wiki/Shed.md", "wiki/**"], **HERE)
    assert pages(built) == {"wiki/Plain"}


def test_the_warning_can_be_suppressed(site: Site) -> None:
    site.write({"index.md": "# Index\n", "Doubt.md": named("Doubt", RAW)})
    suppressed = {**HERE, "suppress_warnings": ["toc.not_included", "scrapbox.unrecognised"]}
    assert site.build(**suppressed).warnings == []


def test_exports_without_front_matter(site: Site) -> None:
    site.write(
        {
            "index.md": "# Index\n\n[[2024/03/09]] and [[x-y]]\n\n"
            "```{scrapbox:include} 2024/03/09\n```\n",
            "wiki/2024-03-09.md": f"\nThe day{icon('mio')}\n",
            "wiki/Compost.md": "\nSee [[2024/03/09]] and [[/garden-en/2024/03/09]]" + icon("mio"),
            "wiki/x-y.md": page("x-y", "words"),
        }
    )
    config = {**HERE, "scrapbox_pages": ["wiki/**"], "scrapbox_missing": "warn"}
    built = site.build(**config)
    assert built.warnings == []
    links = [tag["href"] for tag in built.html("wiki/Compost.html").body.all("a", "internal")]
    assert links.count("2024-03-09.html") >= 2
    assert "The day" in built.text("index.html")
    assert "Compost" in built.html("wiki/2024-03-09.html").body.text  # among related pages

    # A page of the very title comes first, and a title is never taken for a name.
    site.write({"other/a.md": page("2024/03/09", "words"), "wiki/Compost.md": "\n[[x/y]]"})
    built = site.build(**config)
    (warning,) = built.warnings
    assert "x/y" in warning
    assert 'href="other/a.html"' in built.text("index.html")
    fresh = site.build(target="_fresh", **config)
    assert dict(output(built.out)) == dict(output(fresh.out))


def test_a_file_without_a_title_comes_and_goes(site: Site) -> None:
    site.write({"index.md": "# Index\n", "wiki/Compost.md": page("Compost", "[[2024/03/09]]")})
    config = {**HERE, "scrapbox_pages": ["wiki/**"]}
    first = site.build(**config)
    assert "2024-03-09.html" not in first.text("wiki/Compost.html")
    site.write({"wiki/2024-03-09.md": "\nThe day\n"})
    there = site.build(**config)
    assert there.read == ["wiki/2024-03-09"]
    assert 'href="2024-03-09.html"' in there.text("wiki/Compost.html")
    (site.src / "wiki/2024-03-09.md").unlink()
    gone = site.build(**config)
    assert gone.text("wiki/Compost.html") == first.text("wiki/Compost.html")


def test_an_included_page_that_its_folder_decides_about(site: Site) -> None:
    site.write(
        {
            "index.md": "# Index\n\n```{scrapbox:include} Doubt\n```\n",
            "wiki/Doubt.md": named("Doubt", "Words of it", "{doc}`index`"),
            "wiki/Named.md": named("Named", "words"),
        }
    )
    built = site.build(**HERE)
    assert built.warnings == []
    assert "Words of it" in built.text("index.html")
    (site.src / "wiki/Named.md").unlink()
    built = site.build(**HERE)
    assert "Words of it" not in built.text("index.html")
    assert [line for line in built.warnings if "[scrapbox.include]" in line]
    site.write({"wiki/Named.md": named("Named", "words")})
    assert "Words of it" in site.build(**HERE).text("index.html")


def test_all_tools_give_one_answer(site: Site, tmp_path: Path) -> None:
    """The build and its directive, ``check``, ``diff`` and ``convert`` on the same files."""
    files = {
        "among/Named.md": named("Named", "words"),
        "among/Doubt.md": named("Doubt", RAW),
        "among/renamed.md": named("Of another name", "words"),
        "among/lost.md": f"\nno title{icon('mio')}",
        "among/sphinx.md": f"---\ntitle: sphinx\norphan: true\n---\n{icon('mio')}",
        "among/hand.md": "# By hand\n",
        "alone/Solitary.md": named("Solitary", RAW),
        "alone/glossary.md": "---\ntitle: Glossary\n---\n\n{doc}`/index`\n",
        "alone/missing.md": f"\nno title{icon('mio')}",
        "marked/x.md": page("Marked", RAW),
        "marked/next-line.md": "---\r\ntitle:\r\n 'Next line'\r\n---\r\n\r\nwords\r\n",
        "locked/scrapbox.lock": dump_lock(Lock("garden-en")),
        "locked/sub/Plain.md": named("Plain", RAW),
    }
    site.write({"index.md": "# Index\n", **files})
    built = {f"{name}.md" for name in pages(site.build(**HERE))}
    assert built == {
        *("among/Named.md", "among/Doubt.md", "among/renamed.md", "among/lost.md"),
        *("marked/x.md", "marked/next-line.md", "locked/sub/Plain.md"),
    }
    in_doubt = {"alone/Solitary.md", "alone/missing.md"}

    compared = SnapshotLoader().from_folder(site.src)
    assert {state.file for state in compared.pages} == built

    checked = diagnose(site.src, ())
    assert checked.pages == len(built | in_doubt)
    doubtful = checked.only([Rule.UNRECOGNISED_PAGE]).findings
    assert {finding.path for finding in doubtful} == in_doubt
    explained = [line.split(": ", 1) for line in explanations([str(site.src)])]
    told = {name.removeprefix(f"{site.src}/") for name, what in explained if what[:6] == "a page"}
    assert told == built

    arguments = ["convert", str(site.src), "-o", str(tmp_path / "out"), "--to", "notation"]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert len(list((tmp_path / "out").rglob("*.scrapbox"))) == len(built)

    titles = "Named Doubt lost sphinx Solitary missing Plain Marked".split()
    directives = "".join(f"```{{scrapbox:include}} {title}\n```\n\n" for title in titles)
    site.write({"index.md": f"# Index\n\n{directives}"})
    warnings = [line for line in site.build(**HERE).warnings if "[scrapbox.include]" in line]
    assert len(warnings) == 3
    assert all(any(title in line for line in warnings) for title in ("sphinx", "Sol", "missing"))


@needs_git
def test_changes_since_a_revision(site: Site) -> None:
    site.write(
        {
            "conf.py": 'extensions = ["sphinx_scrapbox"]\n',
            "index.md": "# Index\n\n```{scrapbox:changes}\n:since: HEAD\n:path: wiki\n```\n",
            "wiki/Doubt.md": named("Doubt", RAW),
            "wiki/Named.md": named("Named", "words"),
            "wiki/By hand.md": "# By hand\n",
        }
    )
    git(site.src, "init", "-q")
    commit(site.src, "pages")
    (site.src / "wiki/Doubt.md").unlink()
    (site.src / "wiki/By hand.md").unlink()
    text = site.build(**HERE).html("index.html").body.text
    assert "Doubt" in text
    assert "By hand" not in text


def test_reasons_are_logged_when_asked_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.write({"index.md": "# Index\n", "wiki/Shed.md": named("Shed")})
    said: list[str] = []
    monkeypatch.setattr(
        "sphinx_scrapbox.sphinx_ext.reading.recognition._LOGGER.verbose",
        lambda message, *arguments: said.append(message % arguments),
    )
    site.build(**HERE)
    assert sorted(said) == [
        "index: not a page of a wiki, because it has no icon or translation footer of a wiki, "
        "and it has no title",
        "wiki/Shed: a page of a wiki, because its front matter contains only a title, and the "
        "file is named after it",
    ]


def test_real_hand_written_pages_are_left_alone(shared: Path, site: Site) -> None:
    """Exports and hand-written pages share a site without a word of configuration."""
    names = sorted((shared / "exported-ja").glob("*.md"))[:20]
    site.write({f"wiki/{path.name}": path.read_text("utf-8") for path in names})
    site.write(
        {
            "index.md": "# Index\n",
            "guide/index.md": "---\ntitle: Guide\n---\n\n{doc}`glossary`\n",
            "guide/glossary.md": "---\ntitle: Glossary\n---\n\n```{glossary}\nterm\n  x\n```\n",
            "guide/math.md": "---\ntitle: Math and equations\n---\n\n{math}`a`\n",
        }
    )
    built = site.build(**{**HERE, "suppress_warnings": ["toc.not_included", "scrapbox"]})
    assert {name.partition("/")[0] for name in pages(built)} == {"wiki"}
    assert len(pages(built)) == 20
    assert doubts(site.build(**HERE)) == []
