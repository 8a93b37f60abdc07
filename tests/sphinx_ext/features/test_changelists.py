"""``scrapbox:changes``: what it tells, in each format, and that it is never out of date."""

from __future__ import annotations

import json
import re
import shutil
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from repositories import HOSTILE_ROWS, NEW, OLD, commit, git, lock, needs_git, write
from sites import EPUB, Built, Site, broken_links, page
from syrupy.assertion import SnapshotAssertion

from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME

# The JSON builder of sphinxcontrib-serializinghtml 2.0, on Sphinx 9.
pytestmark = pytest.mark.filterwarnings("ignore:'sphinxcontrib\\.serializinghtml")

ATOM = "{http://www.w3.org/2005/Atom}"
HERE = {"scrapbox_related": False, "exclude_patterns": ["_build", "kept", "**/old.lock"]}
THEN = {
    **OLD,
    "list.scrapbox": "List\nHeap\n green\n brown\nRain\nSun\nIce\nWind\n edge\n  deep\nEnd\n",
}
NOW = {
    **NEW,
    "list.scrapbox": "List\nRain\nSun\nIce\nWind\nHeap\n green\n brown\n\n edge\ndeep\n <End>\n",
}


def site_of(tmp_path: Path, *options: str, **files: str) -> Site:
    """A site with ``wiki`` as it is now, and ``kept`` as it was."""
    src = tmp_path / "src"
    write(src / "kept", {**THEN, LOCK_NAME: lock(THEN)})
    write(src / "wiki", {**NOW, LOCK_NAME: lock(NOW, exported=1704067200)})
    directive = "\n".join([".. scrapbox:changes::", *(f"   {option}" for option in options)])
    return Site(src, {"index.rst": f"Index\n=====\n\n{directive}\n", **files})


def built(site: Site, builder: str = "html", **config: Any) -> Built:
    done = site.build(builder, **{**HERE, **config})
    assert done.warnings == []
    return done


def told(done: Built) -> list[str]:
    """Headings and items, without the lines."""
    body = done.html("index.html").body
    return [
        (tag.children[0] if tag.name == "li" else tag).text  # type: ignore[union-attr]
        for tag in body.walk()
        if tag.name == "li" or "rubric" in tag.attributes.get("class", "")
    ]


# -- what it tells ---------------------------------------------------------------------


def test_pages(tmp_path: Path) -> None:
    done = built(site_of(tmp_path, ":from: kept"))
    assert told(done) == [
        "New pages",
        "Wind",
        "Changed pages",
        "Compost — 1 edited, 1 moved",
        "List — 1 edited, 3 moved, 1 indented or outdented",
        "Renamed pages",
        "Water (earlier: Rain)",
        "Deleted pages",
        "Sun",
    ]
    links = {tag.text: tag["href"] for tag in done.html("index.html").body.all("a", "internal")}
    assert links["Water"] == "wiki/rain.html"
    assert "Sun" not in links
    assert broken_links(done.out) == []


@pytest.mark.parametrize("form", ["html", "text", "latex", "man", "texinfo"])
def test_lines(tmp_path: Path, form: str, snapshot: SnapshotAssertion) -> None:
    done = built(site_of(tmp_path, ":from: kept", ":lines:", ":kinds: changed"), form)
    if form == "html":
        assert done.html("index.html").body.pretty() == snapshot
        return
    (name,) = (
        file.name
        for file in done.out.iterdir()
        if file.suffix in (".txt", ".tex", ".1", ".texi") and file.is_file()
    )
    text = done.text(name)
    start = text.index("Changed")
    text = text[start : text.index("End", start + 1) + 30]
    if form == "man":  # each version of docutils writes links in a way of its own
        text = re.sub(r"\\fI\\%(.*?)\\fP|(\S+) \\%<>", r"\1\2", text)
    assert text == snapshot


@pytest.mark.parametrize(
    "builder",
    "html dirhtml singlehtml epub latex text man texinfo gettext xml pseudoxml json".split(),
)
def test_builders(tmp_path: Path, builder: str) -> None:
    config = EPUB if builder == "epub" else {}
    site = site_of(tmp_path, ":from: kept", ":lines:", ":feed: changes.json")
    built(site, builder, **config)


def test_options(tmp_path: Path) -> None:
    done = built(site_of(tmp_path, ":from: kept", ":kinds: gone, new", ":max: 0"))
    assert told(done) == ["New pages", "1 more", "Deleted pages", "1 more"]
    done = built(site_of(tmp_path, ":from: kept", ":path: wiki", ":kinds: renamed"))
    assert told(done) == ["Renamed pages", "Water (earlier: Rain)"]


def test_a_lock_alone(tmp_path: Path) -> None:
    site = site_of(tmp_path, ":from: /old.lock", ":lines:", **{"old.lock": lock(THEN)})
    assert "Compost — 1 added, 1 removed" in told(built(site))


def test_exported_pages(tmp_path: Path) -> None:
    site = Site(
        tmp_path / "src",
        {
            "index.md": "# Index\n\n```{scrapbox:changes}\n:from: kept\n:lines:\n```\n",
            "kept/kiln.md": page("Kiln", "- Hot"),
            "kept/guide.md": "# A guide\n",
            "wiki/kiln.md": page("Kiln", "- Hot", "    - Very"),
            "named.md": "---\ntitle: Named\n---\n\nOnly a glob makes it a page.\n",
        },
    )
    done = built(site, scrapbox_pages=["named.md"])
    assert told(done) == ["New pages", "Named", "Changed pages", "Kiln — 1 added"]


def test_what_was_kept_is_no_part_of_what_is_now(tmp_path: Path) -> None:
    site = site_of(tmp_path, ":from: kept")
    left_out = told(built(site))
    config = {**HERE, "exclude_patterns": [], "suppress_warnings": ["scrapbox.duplicate_title"]}
    assert told(site.build(target="_all", **config)) == left_out


def test_a_wiki_that_lies_elsewhere(tmp_path: Path) -> None:
    site = site_of(tmp_path, ":from: kept")
    (site.src / "wiki").rename(tmp_path / "garden")
    (site.src / "wiki").symlink_to(tmp_path / "garden")
    assert "Compost — 1 edited, 1 moved" in told(built(site))


def test_nothing_has_changed(tmp_path: Path) -> None:
    site = site_of(tmp_path, ":from: kept")
    shutil.copytree(site.src / "kept", site.src / "wiki", dirs_exist_ok=True)
    for name in NOW.keys() - THEN.keys():
        (site.src / "wiki" / name).unlink()
    assert "Nothing has changed." in built(site).html("index.html").body.text


def test_many_lines_are_folded(tmp_path: Path) -> None:
    site = site_of(tmp_path, ":from: kept", ":lines:", ":kinds: changed")
    (site.src / "wiki" / "long.scrapbox").write_text("Long\n" + "x y z\n" * 3000)
    (site.src / "kept" / "long.scrapbox").write_text("Long\nx\n")
    body = built(site).html("index.html").body
    fold = body.one("details")
    assert fold.one("summary").text == "3001 lines"
    assert len(fold.all("div", "line")) < 310
    assert "2701 more" in fold.text


@pytest.mark.long
def test_a_page_of_a_hundred_thousand_lines(tmp_path: Path) -> None:
    site = site_of(tmp_path, ":from: kept", ":lines:")
    rows = [f"Line {number}" for number in range(100_000)]
    (site.src / "kept" / "long.scrapbox").write_text("\n".join(["Long", *rows]))
    rows[5:7] = ["Else"]
    (site.src / "wiki" / "long.scrapbox").write_text("\n".join(["Long", *rows]))
    done = site.build("dummy", **HERE, suppress_warnings=["scrapbox.size"])
    assert done.warnings == []


def test_wiki_text_is_not_trusted(tmp_path: Path) -> None:
    bad = "<script>alert(1)</script> \x1b[31m [x javascript:alert(1)] `` |a| *b*_ {{c}}"
    site = site_of(tmp_path, ":from: kept", ":lines:", ":feed: a.xml b.json")
    write(
        site.src,
        {"kept/a.scrapbox": f"A\nplain {bad}\n", "wiki/a.scrapbox": f"A\nplainer {bad}\n{bad}\n"},
    )
    (site.src / "kept" / "b.scrapbox").write_bytes(b"B\nfine\n")
    (site.src / "wiki" / "b.scrapbox").write_bytes("B\nf ine\n\u2028\n".encode())
    done = site.build(**{**HERE, "html_baseurl": "https://garden.test/"})
    assert done.warnings == []
    body = done.html("index.html").body
    assert body.all("script") == []
    assert "<script>alert(1)</script>" in body.text
    assert not [link for link in body.all("a") if "javascript" in link["href"]]
    ET.fromstring(done.text("a.xml"))
    json.loads(done.text("b.json"))


def test_nothing_of_it_is_found_by_search(tmp_path: Path) -> None:
    site = site_of(tmp_path, ":from: kept", ":lines:")
    write(site.src, {"kept/a.scrapbox": "A\nzyzzyva\n", "wiki/a.scrapbox": "A\nother\n"})
    done = built(site)
    assert "zyzzyva" in done.text("index.html")
    assert "zyzzyva" not in done.text("searchindex.js")


def test_duplicate_documents_and_paths(tmp_path: Path) -> None:
    odd = {"Q: what? #1 [a].scrapbox": "Q\nx\n"}
    site = site_of(tmp_path, ":from: kept", ":kinds: new")
    write(site.src / "wiki", odd)
    done = built(site)
    assert told(done) == ["New pages", "Q", "Wind"]
    assert broken_links(done.out) == []


# -- what it refuses -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "set either :since: (a revision) or :from: (a folder or file)"),
        ([":since: v1", ":from: kept"], "set either :since: (a revision)"),
        (
            [":from: ../outside"],
            "option 'from' must be a folder, a lock file or a stored comparison",
        ),
        (
            [":from: /etc/passwd"],
            "option 'from' must be a folder, a lock file or a stored comparison",
        ),
        (
            [":from: nowhere"],
            "option 'from' must be a folder, a lock file or a stored comparison",
        ),
        (
            [":from: link"],
            "option 'from' must be a folder, a lock file or a stored comparison",
        ),
        ([":from: kept", ":path: conf.py"], "option 'path' must be a folder, not 'conf.py'"),
        ([":from: kept", ":max: -1"], "option 'max' must be a whole number, not '-1'"),
        ([":from: kept", ":lines: 7"], "option 'lines' takes no value, not '7'"),
        ([":from: kept", ":kinds: old"], "option 'kinds' must be some of new, changed, renamed"),
        ([":from: kept", ":feed: ../x.xml"], "option 'feed' must be the name of a file"),
        ([":from: kept", ":feed: index.html"], "option 'feed' must be the name of a file"),
        ([":from: kept", ":feed: sitemap.xml"], "option 'feed' must be the name of a file"),
        ([":from: kept", ":feed: .xml"], "option 'feed' must be the name of a file"),
    ],
)
def test_options_that_are_not_usable(tmp_path: Path, options: list[str], said: str) -> None:
    site = site_of(tmp_path, *options)
    (tmp_path / "outside").mkdir()
    (site.src / "link").symlink_to(tmp_path / "outside")
    warnings = site.build("dummy", **HERE).warnings
    assert any(said in line and line.endswith("[scrapbox.directive]") for line in warnings)
    assert warnings[0].startswith("SRC/index.rst:4: WARNING: scrapbox:changes: ")


def test_it_cannot_be_reached_from_wiki_text(tmp_path: Path) -> None:
    site = site_of(tmp_path, ":from: kept")
    (warning,) = site.build(**HERE, scrapbox_page_directives=["scrapbox:changes"]).warnings
    assert "scrapbox:changes" in warning
    assert "[scrapbox.config]" in warning


def test_a_damaged_snapshot(tmp_path: Path) -> None:
    site = site_of(tmp_path, ":from: kept", ":feed: changes.json")
    (site.src / "kept" / LOCK_NAME).write_text("<<<<<<< ours\n")
    done = site.build(**HERE)
    (warning,) = done.warnings
    assert warning.startswith(
        "SRC/index.rst: WARNING: scrapbox:changes: kept: scrapbox.lock: line"
    )
    assert warning.endswith("[scrapbox.changes]")
    assert "The changes cannot be shown." in done.html("index.html").body.text
    assert not (done.out / "changes.json").exists()
    # Mended, it is told; the document itself did not change.
    (site.src / "kept" / LOCK_NAME).write_text(lock(THEN))
    done = built(site)
    assert done.read == []
    assert "Compost — 1 edited, 1 moved" in told(done)


def test_a_lock_may_come_from_anywhere(tmp_path: Path) -> None:
    head = {"scrapbox-lock": 1, "project": "p\ud800\x00\x1b", "exported": 10**40}
    text = "\n".join(map(json.dumps, [head, *HOSTILE_ROWS]))
    site = site_of(tmp_path, ":from: old.lock", ":feed: a.xml b.json", **{"old.lock": text})
    done = built(site, html_baseurl="https://garden.test/")
    assert "twice" in told(done)
    ids = [element.text for element in ET.fromstring(done.text("a.xml")).iter(f"{ATOM}id")]
    assert len(set(ids)) == len(ids) == 10  # the feed's, and one for each page
    assert len(json.loads(done.text("b.json"))["pages"]) == 9


# -- git -------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Site:
    """A site in a repository: the wiki as it was is tagged, as it is now is not committed."""
    site = site_of(tmp_path, ":since: v1", ":lines:")
    shutil.rmtree(site.src / "kept")
    now = site.src / "wiki"
    now.rename(tmp_path / "now")
    write(now, {**THEN, LOCK_NAME: lock(THEN)})
    git(tmp_path, "init", "-q")
    write(tmp_path, {".gitignore": "now\n"})
    commit(tmp_path, "v1")
    shutil.rmtree(now)
    (tmp_path / "now").rename(now)
    return site


@needs_git
def test_since_a_revision(repository: Site, tmp_path: Path) -> None:
    by_git = built(repository)
    kept = built(site_of(tmp_path / "other", ":from: kept", ":lines:"))
    assert by_git.html("index.html").body.pretty() == kept.html("index.html").body.pretty()


@needs_git
def test_a_tag_that_moves_is_followed(repository: Site) -> None:
    assert "Nothing has changed." not in built(repository).text("index.html")
    assert built(repository).written == []
    git(repository.src, "add", "-A")
    git(repository.src, "commit", "-qm", "now")
    assert built(repository).written == []
    git(repository.src, "tag", "-f", "v1")
    after = built(repository)
    assert (after.read, after.written) == ([], ["index"])
    assert "Nothing has changed." in after.html("index.html").body.text


@needs_git
def test_what_is_excluded_was_no_page_either(repository: Site) -> None:
    for patterns in (
        {"exclude_patterns": ["_build", "wiki/sun.*", "wiki/wind.*"]},
        {"include_patterns": ["index.rst", "wiki/[!sw]*"]},
    ):
        done = repository.build(**{**HERE, **patterns})
        assert done.warnings == []
        assert "Compost — 1 edited, 1 moved" in told(done)
        assert "Sun" not in told(done)
        assert "Wind" not in told(done)


@needs_git
@pytest.mark.parametrize("revision", ["v9", "-h", "--output=pwned", "v1 --", "$(touch pwned)"])
def test_a_revision_that_is_not_here(repository: Site, revision: str) -> None:
    text = f"Index\n=====\n\n.. scrapbox:changes::\n   :since: {revision}\n"
    repository.write({"index.rst": text})
    done = repository.build(**HERE)
    (warning,) = done.warnings
    assert warning == (
        f"SRC/index.rst: WARNING: scrapbox:changes: there is no revision {revision!r} here; "
        "'git fetch --tags' may bring it [scrapbox.changes]"
    )
    assert "The changes cannot be shown." in done.html("index.html").body.text
    assert not list(repository.src.parent.rglob("pwned"))
    assert repository.build(**HERE, suppress_warnings=["scrapbox.changes"]).warnings == []


@needs_git
def test_a_shallow_clone_says_what_helps(repository: Site, tmp_path: Path) -> None:
    commit(tmp_path, "v2")
    git(tmp_path, "clone", "-q", "--depth", "1", tmp_path.as_uri(), str(tmp_path / "clone"))
    done = Site(tmp_path / "clone" / "src").build(**HERE)
    (warning,) = done.warnings
    assert "run 'git fetch --unshallow --tags'" in warning


def test_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (warning,) = site_of(tmp_path, ":since: v1").build(**HERE).warnings
    assert "git is not installed" in warning


# -- incremental builds ----------------------------------------------------------------


def _output(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".html", ".xml", ".json") and path.is_file()
    }


@pytest.mark.long
@pytest.mark.parametrize("parallel", [0, 2])
def test_step_by_step_is_as_good_as_new(tmp_path: Path, parallel: int) -> None:
    site = site_of(tmp_path, ":from: kept", ":lines:", ":feed: changes.xml changes.json")
    other = ".. scrapbox:changes::\n   :from: kept\n   :kinds: gone\n"
    site.write({"gone.rst": f":orphan:\n\nGone\n====\n\n{other}"})
    config = {**HERE, "html_baseurl": "https://garden.test/", "parallel": parallel}
    built(site, target="_kept", **config)

    def step(*written: str) -> None:
        kept = built(site, target="_kept", **config)
        fresh = built(site, target="_fresh", **config)
        ours = _output(kept.out)
        anew = _output(fresh.out)
        assert [name for name in anew if ours[name] != anew[name]] == []
        assert set(written) == {name for name in kept.written if "/" not in name}
        shutil.rmtree(fresh.out.parent)

    step()
    time.sleep(0.02)  # files are told apart by their times
    compost = site.src / "wiki" / "compost.scrapbox"
    compost.write_text("Compost\nBrown\n", encoding="utf-8")
    step("index")
    # What was kept changes, and no document does.
    (site.src / "kept" / "wind.scrapbox").write_text("Wind\nBlew\n", encoding="utf-8")
    step("index")
    (site.src / "wiki" / "list.scrapbox").unlink()
    step("index", "gone")


def test_who_does_not_ask_does_not_pay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = site_of(tmp_path, ":from: kept", **{"index.rst": "Index\n=====\n"})
    monkeypatch.setattr("sphinx_scrapbox.sphinx_ext.features.changes.comparison.compare", None)
    monkeypatch.setattr(
        "sphinx_scrapbox.sphinx_ext.features.changes.comparison.SnapshotLoader", None
    )
    built(site)


def test_who_asks_pays_only_for_what_may_have_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = site_of(tmp_path, ":from: kept")
    built(site)
    with monkeypatch.context() as patch:
        patch.setattr("sphinx_scrapbox.sphinx_ext.features.changes.comparison.compare", None)
        assert built(site).written == []
    time.sleep(0.02)
    (site.src / "kept" / "wind.scrapbox").write_text("Wind\nBlew\n", encoding="utf-8")
    done = built(site)
    assert (done.read, done.written) == ([], ["index"])


# -- feeds -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("builder", "address"), [("html", "wiki/rain.html"), ("dirhtml", "wiki/rain/")]
)
def test_feeds(tmp_path: Path, builder: str, address: str) -> None:
    site = site_of(
        tmp_path, ":from: kept", ":lines:", ":max: 1", ":feed: changes.xml changes.json"
    )
    site.write(
        {"wiki/index.rst": ":orphan:\n\nWiki\n====\n\n.. scrapbox:changes::\n   :from: /kept\n"}
    )
    config = {"html_baseurl": "https://garden.test/en", "scrapbox_data_files": False}
    done = built(site, builder, project="Garden", **config)
    feed = ET.fromstring(done.text("changes.xml"))
    assert feed.findtext(f"{ATOM}title") == "Changes in Garden"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Garden"
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    home = "https://garden.test/en/"
    assert links == {
        "self": f"{home}changes.xml",
        "alternate": f"{home}index.html" if builder == "html" else home,
    }
    entries = {
        entry.findtext(f"{ATOM}title"): [link.get("href") for link in entry.findall(f"{ATOM}link")]
        for entry in feed.findall(f"{ATOM}entry")
    }
    assert entries["Water (renamed)"] == [f"https://garden.test/en/{address}"]
    assert entries["Sun (gone)"] == []
    assert len(entries) == 5  # all of them, whatever the page shows
    pages = json.loads(done.text("changes.json"))["pages"]
    assert {entry["url"] for entry in pages if entry["title"] == "Water"} == {
        f"https://garden.test/en/{address}"
    }
    # No path of this machine.
    assert str(tmp_path) not in done.text("changes.json")
    head = [
        (link["type"], link["href"])
        for link in done.html("index.html").root.all("link", rel="alternate")
    ]
    assert head == [
        ("application/atom+xml", "changes.xml"),
        ("application/json", "changes.json"),
    ]
    other = "wiki/index.html"
    assert done.html(other).root.all("link", rel="alternate") == []


@pytest.mark.long
def test_a_feed_has_the_newest(tmp_path: Path) -> None:
    files = {f"p{number}.scrapbox": f"P{number}\nx\n" for number in range(520)}
    site = site_of(tmp_path, ":from: kept", ":feed: changes.xml changes.json")
    write(site.src / "wiki", {**NOW, **files, LOCK_NAME: lock({**NOW, **files})})
    done = built(site, html_baseurl="https://garden.test/")
    assert len(ET.fromstring(done.text("changes.xml")).findall(f"{ATOM}entry")) == 500
    assert len(json.loads(done.text("changes.json"))["pages"]) == 525


def test_a_feed_needs_the_address_of_the_site(tmp_path: Path) -> None:
    site = site_of(tmp_path, ":from: kept", ":feed: changes.xml changes.json")
    done = site.build(**HERE)
    (warning,) = done.warnings
    assert "the feed 'changes.xml' is not written" in warning
    assert "html_baseurl" in warning
    assert not (done.out / "changes.xml").exists()
    assert json.loads(done.text("changes.json"))["pages"][0]["url"] is None
    assert "changes.xml" not in done.text("index.html")


def test_labels_are_translated(tmp_path: Path) -> None:
    site = site_of(tmp_path, ":from: kept", ":lines:", ":feed: changes.xml")
    done = built(site, language="ja", html_baseurl="https://garden.test/")
    english = {
        "Added",
        "Moved",
        "Edited",
        "New",
        "Changed",
        "Renamed",
        "Gone",
        "changed",
        "renamed",
    }
    assert not english & set(re.findall(r"[A-Za-z]+", done.html("index.html").body.text))
    feed = ET.fromstring(done.text("changes.xml"))
    said = "".join(text for entry in feed.findall(f"{ATOM}entry") for text in entry.itertext())
    assert not english & set(re.findall(r"[A-Za-z]+", said.replace("term", "")))
