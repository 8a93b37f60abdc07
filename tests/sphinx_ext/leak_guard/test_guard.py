"""The leak guard: what a deny list keeps out of a site, and what a build fails over."""

from __future__ import annotations

import gzip
import shutil
from collections import UserDict
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from edits import CONFIG, Editor, output
from sites import BUILDERS, EPUB, Built, Site, icon, page, texts
from sphinx.application import Sphinx
from sphinx.errors import ConfigError
from sphinx.project import Project

from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage, dump_lock
from sphinx_scrapbox.sphinx_ext.leak_guard import guard
from sphinx_scrapbox.sphinx_ext.leak_guard.scanner import Scanner

# The JSON builder of sphinxcontrib-serializinghtml 2.0, on Sphinx 9.
pytestmark = pytest.mark.filterwarnings("ignore:'sphinxcontrib\\.serializinghtml")

DENY: dict[str, Any] = {
    "titles": ["Budget 2026", "Salary *"],
    "tags": ["#internal"],
    "people": ["zdenka"],
    "emails": True,
    "allow": ["office@garden.org.au"],
}
HERE = {"scrapbox_project": "garden", "scrapbox_deny": DENY}
FILES = {
    "index.md": """# Guide

[[Shed]]

```{toctree}
wiki/shed
```

```{scrapbox:wanted}
:min: 1
```

```{scrapbox:map} Shed
:wanted:
```

```{scrapbox:include} Shed
```
""",
    "wiki/shed.scrapbox": "Shed\nPlain words about [Spade], office@garden.org.au\n"
    "[* [Budget 2026]]\n> see [budget_2026#5ae4aae4aff09e00009a6337]\n1. [/garden/Salary table]\n"
    "[a list https://scrapbox.io/garden/Budget%202026] [zdenka] [/other/Budget 2026]\n"
    "table:t\n [Budget 2026]\t[zdenka]\n[The spade pact] #internals\n",
    "wiki/spade.md": page("Spade", "[[Budget 2026]] and " + icon("ren") + " [[Shed]]"),
    # Kept out:
    "wiki/budget.scrapbox": "Budget 2026\n[Shed]\n",
    "wiki/salary.md": page("Salary table", "All of it."),
    "wiki/pact.scrapbox": "The spade pact\n #internal [Shed]\n",
    "wiki/linked.scrapbox": "As a link\n[internal] [Shed]\n",
    "wiki/hers.scrapbox": "Hers\n [zdenka.icon] [Shed]\n",
    "wiki/zdenka.scrapbox": "zdenka\n[Shed]\n",
}  # fmt: skip


TOCTREE = "# I\n\n```{{toctree}}\n{}\n```\n"


def site_of(tmp_path: Path, **files: str) -> Site:
    return Site(tmp_path / "src", {**FILES, **files})


def fails(site: Site, builder: str = "html", **config: Any) -> list[str]:
    """What a build fails over."""
    done = site.build(builder, **{**HERE, **(EPUB if builder == "epub" else {}), **config})
    assert done.app.statuscode == 1
    assert "scrapbox_deny: " in done.warnings[0]
    return [line.strip() for line in done.warnings if line.startswith("  ")]


def _same_as_new(site: Site, kept: Built) -> None:
    fresh = site.build(target="_fresh", **HERE)
    for path in fresh.out.rglob("*.html"):
        name = path.relative_to(fresh.out)
        assert (kept.out / name).read_bytes() == path.read_bytes(), name
    assert kept.text("searchindex.js") == fresh.text("searchindex.js")
    shutil.rmtree(fresh.out.parent)


@pytest.mark.parametrize("builder", BUILDERS)
def test_what_is_denied_is_nowhere(tmp_path: Path, builder: str) -> None:
    done = site_of(tmp_path).build(builder, **HERE, **EPUB)
    assert done.warnings == []
    assert done.app.statuscode == 0
    assert done.read == ["index", "wiki/shed", "wiki/spade"]
    said = "".join(text for _, text in texts(done.out)).lower()
    for word in ("budget", "salary", "zdenka", "spade pact", "spade_pact"):
        assert word not in said
    assert "plain words about" in said
    assert "(private)" in said


def test_it_says_how_many(tmp_path: Path) -> None:
    status = site_of(tmp_path).build(**HERE).app.status.getvalue()
    assert "scrapbox_deny: pages that are not built: 6" in status


def test_the_log_names_nothing(tmp_path: Path) -> None:
    site = site_of(tmp_path, **{"wiki/free.scrapbox": "Free\nThe spade pact, me@garden.org.au\n"})
    site.build(scrapbox_project="garden")
    done = site.build(**HERE)
    assert done.app.statuscode == 1
    said = "\n".join([done.app.status.getvalue(), *done.warnings]).lower()
    for word in ("budget 2026", "salary", "zdenka", "spade pact", "garden.org.au"):
        assert word not in said


def test_sources_are_published_as_far_as_they_may(tmp_path: Path) -> None:
    done = site_of(tmp_path, **{"wiki/free.scrapbox": "Free\nNothing to hide\n"}).build(**HERE)
    names = {path.name for path in (done.out / "_sources").rglob("*.txt")}
    assert names == {"index.md.txt", "free.scrapbox.txt"}


def test_off_by_default(tmp_path: Path) -> None:
    done = site_of(tmp_path).build(scrapbox_project="garden")
    assert "wiki/budget" in done.read
    assert "Budget 2026" in done.text("wiki/shed.html")


@pytest.mark.parametrize(
    ("files", "leak"),
    [
        ({"wiki/free.scrapbox": "Free\nThe budget 2026\n"}, "wiki/free.html"),
        ({"wiki/free.scrapbox": "Free\ncode:a.py\n x = 'Budget 2026'\n"}, "wiki/free.html"),
        ({"wiki/free.scrapbox": "Free\nThe spade pact, said aloud\n"}, "wiki/free.html"),
        ({"wiki/free.scrapbox": "Free\nask zdenka\n"}, "wiki/free.html"),
        ({"wiki/free.scrapbox": "Free\nask me@garden.org.au\n"}, "wiki/free.html"),
        ({"more.md": "# M\n\n[[Budget 2026]]\n", "index.md": TOCTREE.format("more")}, "more.html"),
        ({"Budget 2026.md": "# More\n", "index.md": TOCTREE.format("Budget 2026")}, "….html"),
        ({"_static/x.txt": "me@garden.org.au"}, "_static/x.txt"),
    ],
)  # fmt: skip
def test_a_build_fails_over(tmp_path: Path, files: dict[str, str], leak: str) -> None:
    site = site_of(tmp_path, **files)
    told = fails(site, html_static_path=["_static"] if "_static/x.txt" in files else [])
    assert any(line.startswith(f"{leak}") for line in told), told


@pytest.mark.parametrize("builder", [name for name in BUILDERS if name != "gettext"])
def test_every_builder_is_guarded(tmp_path: Path, builder: str) -> None:
    text = "# Guide\n\nThe budget\n2026, and me@garden.org.au\n"
    assert fails(site_of(tmp_path, **{"index.md": text}), builder) != []


@pytest.mark.parametrize("missing", ["auto", "warn"])
def test_a_warning_does_not_say_it(tmp_path: Path, missing: str) -> None:
    text = "# Guide\n\n[[Budget 2026]] [[The spade pact]] [[/garden/Salary a]] [[Nowhere]]\n"
    site = site_of(tmp_path, **{"index.md": text, "wiki/spade.md": page("Spade", "[[Shed]]")})
    site.write({"wiki/shed.scrapbox": "Shed\nPlain\n"})
    warnings = site.build(**HERE, scrapbox_missing=missing).warnings
    (warning,) = [line for line in warnings if "missing_page" in line]
    assert "'Nowhere'" in warning
    for word in ("budget", "pact", "salary"):
        assert word not in "\n".join(warnings).lower()


def test_a_report_does_not_say_it(tmp_path: Path) -> None:
    site = site_of(tmp_path, **{"index.md": "# Guide\n\nThe Budget 2026, me@garden.org.au\n"})
    said = "\n".join(site.build(**HERE).warnings)
    for word in ("index.html:", ": titles[1]", ": an e-mail address"):
        assert word in said
    for word in ("budget", "garden.org"):
        assert word not in said.lower()


def test_a_report_says_it_if_asked(tmp_path: Path) -> None:
    site = site_of(tmp_path, **{"index.md": "# Guide\n\nThe Budget 2026, me@garden.org.au\n"})
    said = StringIO()
    out = tmp_path / "out"
    app = Sphinx(
        site.src,
        site.src,
        out,
        tmp_path / "doctrees",
        "text",
        HERE,
        status=None,
        warning=said,
        verbosity=1,
    )
    app.build()
    assert "index.txt:4: titles[1]: 'budget 2026'" in said.getvalue()
    assert "index.txt:4: an e-mail address: 'me@garden.org.au'" in said.getvalue()
    assert "is not said" not in said.getvalue()


def test_static_files_of_packages_are_public_anyway(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    done = site.build(**HERE)  # the theme's scripts name their authors
    (done.out / "_static/mine.js").write_text("/* me@garden.org.au */", encoding="utf-8")
    assert fails(site) == ["_static/mine.js:1: an e-mail address"]


def test_what_an_earlier_build_left_is_found(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    site.build(scrapbox_project="garden")
    told = fails(site)
    assert any(line.startswith("_sources/wiki/budget.scrapbox.txt:") for line in told)
    assert told[-1].endswith(" more")


def test_no_source_of_an_earlier_build_stays_if_a_page_names_something_denied(
    tmp_path: Path,
) -> None:
    site = site_of(tmp_path, **{"wiki/bench.md": page("Bench", "To sit on.")})
    source = site.build(**HERE).out / "_sources/wiki/bench.md.txt"
    assert source.exists()
    site.write({"wiki/bench.md": page("Bench", "To sit on, see [[Budget 2026]].")})
    site.build(**HERE)
    assert not source.exists()


def test_the_list_itself_is_kept_nowhere(tmp_path: Path) -> None:
    """Doctrees may lie inside of the output, and Sphinx keeps the configuration with them."""
    site = site_of(tmp_path)
    out = tmp_path / "out"

    def build() -> str:
        status = StringIO()
        app = Sphinx(
            site.src, site.src, out, out / ".doctrees", "html", HERE, status=status, warning=None
        )
        app.build()
        assert app.statuscode == 0
        return status.getvalue()

    build()
    for path in out.rglob("*"):
        data = path.read_bytes().lower() if path.is_file() else b""
        assert b"budget" not in data
        assert b"zdenka" not in data
    assert "configuration has changed" not in build()


def test_a_doctree_that_is_left_is_found(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    out = tmp_path / "out"
    for config in ({"scrapbox_project": "garden"}, HERE):
        said = StringIO()
        app = Sphinx(
            site.src, site.src, out, out / ".doctrees", "text", config, status=None, warning=said
        )
        app.build()
    assert ".doctrees/wiki/budget.doctree" in said.getvalue()


@pytest.mark.parametrize(
    ("deny", "message"),
    [
        ("Budget", "must be a mapping"),
        ({"title": []}, "'title' must be titles, tags, people, emails or allow"),
        ({"titles": 1}, "'titles' must be a list of strings"),
        ({"titles": ["*"]}, "must not contain a name that consists only of asterisks"),
        ({"emails": "yes"}, "'emails' must be True or False"),
    ],
)
def test_a_list_that_cannot_be_used_stops_the_build(
    tmp_path: Path, deny: object, message: str
) -> None:
    conf = f'extensions = ["sphinx_scrapbox"]\nscrapbox_deny = {deny!r}\n'
    with pytest.raises(ConfigError, match=message):
        site_of(tmp_path, **{"conf.py": conf}).build()


# -- builds that follow each other -----------------------------------------------------


@pytest.mark.parametrize("parallel", [0, 2])
def test_a_page_that_gets_a_tag_goes(tmp_path: Path, parallel: int) -> None:
    site = site_of(tmp_path, **{"wiki/plan.scrapbox": "Raised plan\n[Shed]\n"})
    site.write({"wiki/shed.scrapbox": FILES["wiki/shed.scrapbox"] + "[Raised plan]\n"})
    config = {**HERE, "parallel": parallel}
    done = site.build(**config)
    assert "wiki/plan" in done.read
    assert "Raised plan" in done.text("wiki/shed.html")
    _same_as_new(site, done)

    site.write({"wiki/plan.scrapbox": "Raised plan\n[Shed] #internal\n"})
    left = {line.partition(":")[0] for line in fails(site, parallel=parallel)}
    assert left == {"_sources/wiki/plan.scrapbox.txt", "wiki/plan.html"}
    for name in left:
        (done.out / name).unlink()
    done = site.build(**config)
    assert done.read == []
    assert "Raised plan" not in done.text("wiki/shed.html")
    _same_as_new(site, done)

    site.write({"wiki/plan.scrapbox": "Raised plan\n[Shed] again\n"})
    done = site.build(**config)
    assert done.read == ["index", "wiki/plan", "wiki/shed"]
    assert "Raised plan" in done.text("wiki/shed.html")
    _same_as_new(site, done)


@pytest.mark.parametrize(
    "way",
    [
        "[see https://scrapbox.io/garden/Raised%20plan?lines=2]",
        "[https://scrapbox.io/api/pages/garden/Raised_plan/icon]",
        "[Raised plan.icon]",
        "[/garden/Raised plan]",
    ],
)
def test_each_way_to_a_page_that_goes(tmp_path: Path, way: str) -> None:
    site = site_of(tmp_path, **{"wiki/plan.scrapbox": "Raised plan\n[Shed]\n"})
    site.write({"wiki/spade.md": page("Spade", "[[Shed]]"), "wiki/way.scrapbox": f"Way\n{way}\n"})
    done = site.build(**HERE)
    assert "wiki/plan" in done.read
    assert "(private)" not in done.text("wiki/way.html")
    site.write({"wiki/plan.scrapbox": "Raised plan\n[https://scrapbox.io/garden/internal]\n"})
    for path in (*done.out.rglob("plan.*"), *done.out.glob("_sources/wiki/way.*")):
        path.unlink()
    done = site.build(**HERE)
    assert done.warnings == []
    assert done.read == ["wiki/way"]
    assert "(private)" in done.text("wiki/way.html")
    _same_as_new(site, done)


def test_a_title_that_only_the_lock_tells(tmp_path: Path) -> None:
    row = LockedPage("a" * 24, "Budget 2026", "x.scrapbox")
    files = {
        "more/x.scrapbox": "Untitled\n[Shed]\n",
        "more/scrapbox.lock": dump_lock(Lock(pages=(row,))),
    }
    site = site_of(tmp_path, **{**files, "more/scrapbox.lock": dump_lock(Lock())})
    assert "more/x" in site.build(**HERE).read
    site.write(files)
    done = site.build(**HERE)
    assert "more/x" not in done.app.env.all_docs
    assert "more/x" not in done.app.env.found_docs


def test_only_what_changed_is_looked_through(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    done = site.build(**HERE)
    kept = (Path(done.app.doctreedir) / "scrapbox-guard.json").read_text(encoding="utf-8")
    site.build(**HERE)
    again = (Path(done.app.doctreedir) / "scrapbox-guard.json").read_text(encoding="utf-8")
    assert kept == again
    (done.out / "wiki/spade.html").write_text("me@garden.org.au", encoding="utf-8")
    assert fails(site) == ["wiki/spade.html:1: an e-mail address"]


def test_files_are_checked_again_by_new_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = site_of(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Scanner, "in_file", lambda *_, **__: iter(()))
        patch.setattr(guard, "_RULES", 0)
        site.write({"index.md": "# Guide\n\nThe budget 2026\n"})
        assert site.build(**HERE).warnings == []
    assert any(line.startswith("index.html:") for line in fails(site))


@pytest.mark.filterwarnings("ignore:'tags' will become")  # sphinxcontrib-htmlhelp 2.1
def test_files_in_the_encoding_of_a_builder(tmp_path: Path) -> None:
    """HTML Help in Japanese is written in cp932."""
    files = {"index.md": "# 手引き\n\n{ref}`水やり <a>` の計画\n\n(a)=\n## 次\n"}
    site = Site(tmp_path / "src", files)
    deny = {"titles": ["水やり"]}
    told = fails(site, "htmlhelp", language="ja", scrapbox_deny=deny)
    assert any(line.startswith("index.html:") for line in told)


def test_packed_copies_are_checked(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    (site.src / "extra").mkdir()
    text = "<p>Bud<b>get</b> 2026</p>"
    (site.src / "extra/copy.html.gz").write_bytes(gzip.compress(text.encode()))
    (site.src / "extra/notes.txt").write_bytes("Budget 2026".encode("utf-16-le"))
    told = fails(site, html_extra_path=["extra"])
    assert told == ["copy.html.gz:1: titles[1]", "notes.txt:1: titles[1]"]


def test_a_denied_page_cannot_be_included(tmp_path: Path) -> None:
    text = "# Guide\n\n```{scrapbox:include}\n:file: wiki/pact.scrapbox\n```\n"
    done = site_of(tmp_path, **{"index.md": text}).build(**HERE)
    (warning,) = done.warnings
    assert "is not a wiki page" in warning


def test_changes_name_no_page_that_is_kept_out(tmp_path: Path) -> None:
    kept = {
        "kept/budget.scrapbox": "Budget 2026\nLess\n",
        "kept/pact.scrapbox": "The spade pact\n[Shed]\n",
        "kept/gone.scrapbox": "A plan that is gone\n #internal\n",
        "kept/open.scrapbox": "An open plan\n[Shed]\n",
    }
    text = "# Guide\n\n```{scrapbox:changes}\n:from: kept\n:path: wiki\n```\n"
    site = site_of(tmp_path, **{**kept, "index.md": text})
    done = site.build(**HERE, exclude_patterns=["kept"])
    assert done.warnings == []
    said = done.html("index.html").body.text
    assert "An open plan" in said
    assert "pact" not in said
    assert "A plan that is gone" not in said


@pytest.mark.long
def test_edits_at_random_end_as_a_new_build_does(tmp_path: Path) -> None:
    deny = {"tags": ["tag1"], "titles": ["Topic 5"], "people": ["ren"]}
    config: dict[str, Any] = {**CONFIG, "scrapbox_deny": deny}
    site = Site(tmp_path / "site")
    editor = Editor(site, 104)
    editor.start()
    site.build(target="_kept", **config)
    for _ in range(6):
        editor.edit()
        kept = site.build(target="_kept", **config)
        fresh = site.build(target="_fresh", **config)
        documents = {f"{docname}.html" for docname in fresh.app.env.all_docs}
        ours = {
            name: text
            for name, text in output(kept.out)
            # Sphinx leaves pages from before.
            if name in documents or not (name.startswith("wiki/") and name.endswith(".html"))
        }
        assert ours == dict(output(fresh.out))
        shutil.rmtree(fresh.out.parent)


# -- paths of documents ----------------------------------------------------------------


class _OtherTable(UserDict[Any, Any]):
    """A table that works, but is not the dict that is known."""


@pytest.mark.parametrize("table", [dict, _OtherTable])
def test_names_of_denied_files_are_not_pickled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: type
) -> None:
    original = Project.__init__

    def init(self: Project, *args: Any) -> None:
        original(self, *args)
        self._docname_to_path, self._path_to_docname = table(), table()

    monkeypatch.setattr(Project, "__init__", init)
    built = site_of(tmp_path).build(**HERE)
    assert built.app.statuscode == 0
    assert not (built.out / "wiki/hers.html").exists()
    pickled = Path(built.app.doctreedir, "environment.pickle").read_bytes()
    assert (b"hers.scrapbox" in pickled) is (table is not dict)
