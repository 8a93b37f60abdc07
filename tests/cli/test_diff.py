"""``sphinx-scrapbox diff``, from the outside, and each form of what it tells."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import Result
from commands import run_command
from repositories import EXPORT, HOSTILE_ROWS, NEW, OLD, commit, git, lock, needs_git, write
from sites import Site, icon, page
from syrupy.assertion import SnapshotAssertion

from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = "<script>alert(1)</script> ]]> &amp; `x` {raw}`y` [z](javascript:a) \x1b[31m \u202e"


def run(*args: object, code: int = 0) -> Result:
    return run_command("diff", *args, code=code)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with two versions of a wiki."""
    old = {
        **OLD,
        "list.scrapbox": "List\nHeap\n green\n brown\nRain\nSun\nIce\nWind\n edge\n  deep\nEnd\n",
        "same.scrapbox": "Same\nas ever\n",
    }
    new = {
        **NEW,
        "list.scrapbox": "List\nRain\nSun\nIce\nWind\nHeap\n green\n brown\n\n edge\ndeep\nEnd\n",
        "same.scrapbox": "Same\nas ever\n",
    }
    write(tmp_path / "old", {**old, LOCK_NAME: lock(old)})
    write(tmp_path / "new", {**new, LOCK_NAME: lock(new, exported=1704067200)})
    monkeypatch.chdir(tmp_path)
    return tmp_path


# -- forms -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        "",
        "--stat",
        "--format markdown",
        "--format markdown --base-url https://garden.test/wiki/",
        "--format json --stat",
        "--format atom --base-url https://garden.test/{page}/",
    ],
)
def test_forms(here: Path, snapshot: SnapshotAssertion, options: str) -> None:
    told = run("old", "new", *options.split()).stdout
    assert re.sub(r'("?version"?[:=] ?)"[^"]+"', r"\1…", told) == snapshot


def test_json_holds_all_lines(here: Path) -> None:
    told = json.loads(run("old", "new", "--format", "json").stdout)
    assert told["version"] == 1
    pages = {entry["title"]: entry for entry in told["pages"]}
    assert [line["kind"] for line in pages["List"]["lines"]] == [
        "moved",
        "added",
        "shifted",
    ]
    moved, _added, shifted = pages["List"]["lines"]
    assert (moved["old_line"], moved["new_line"], len(moved["after"])) == (2, 6, 3)
    assert shifted["before"] == [{"depth": 2, "text": "deep"}]
    assert shifted["after"] == [{"depth": 0, "text": "deep"}]
    assert pages["List"]["counts"]["moved"] == 3


def test_equal(here: Path) -> None:
    assert run("old", "old").stdout == "no differences\n"
    assert "No differences." in run("old", "old", "--format", "markdown").stdout
    assert json.loads(run("old", "old", "--format", "json").stdout)["pages"] == []
    feed = ET.fromstring(run("old", "old", "--format", "atom").stdout)
    assert feed.findall(f"{ATOM}entry") == []
    assert feed.findtext(f"{ATOM}updated") == "1970-01-01T00:16:40Z"


@pytest.mark.parametrize("options", [[], ["--base-url", "https://garden.test/"]])
def test_a_feed_has_what_rfc_4287_wants(here: Path, options: list[str]) -> None:
    feed = ET.fromstring(run("old", "new", "--format", "atom", *options).stdout)
    assert feed.tag == f"{ATOM}feed"
    time = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
    ids = []
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
        ids.append(element.findtext(f"{ATOM}id") or "")
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", ids[-1])
        assert time.fullmatch(element.findtext(f"{ATOM}updated") or "")
        assert element.findtext(f"{ATOM}title")
        links = [link.attrib for link in element.findall(f"{ATOM}link")]
        assert all(link["href"].startswith("https://") for link in links)
        # At most one alternate of a type; without one, an entry has content.
        assert sum(link["rel"] == "alternate" for link in links) <= 1
    assert len(set(ids)) == len(ids) == 6
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "garden"
    for entry in feed.findall(f"{ATOM}entry"):
        content = entry.find(f"{ATOM}content")
        assert content is not None
        assert content.get("type") == "html"
        assert content.text
    updated = [entry.findtext(f"{ATOM}updated") or "" for entry in feed.findall(f"{ATOM}entry")]
    assert updated == sorted(updated, reverse=True)


def test_an_entry_keeps_its_id_until_its_page_changes(here: Path) -> None:
    def ids() -> dict[str, str]:
        feed = ET.fromstring(run("old", "new", "--format", "atom").stdout)
        return {
            entry.findtext(f"{ATOM}title") or "": entry.findtext(f"{ATOM}id") or ""
            for entry in feed.findall(f"{ATOM}entry")
        }

    before = ids()
    assert ids() == before
    page = here / "new" / "compost.scrapbox"
    page.write_text(page.read_text(encoding="utf-8") + "More\n", encoding="utf-8")
    after = ids()
    assert {title for title in before if before[title] != after[title]} == {"Compost (changed)"}


def test_hostile_pages(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "old/a.scrapbox": f"{HOSTILE}\nplain\n````\n",
            "new/a.scrapbox": f"{HOSTILE}\nplain {HOSTILE}\n````\n{HOSTILE}\n\u2028# x\n",
            "new/b.scrapbox": f"{HOSTILE} [[b]]\n",
            "new/c.scrapbox": "/etc/passwd\n",
        },
    )
    args = [tmp_path / "old", tmp_path / "new"]
    shown = run(*args).stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    feed = ET.fromstring(run(*args, "--format", "atom").stdout)
    texts = [content.text or "" for content in feed.iter(f"{ATOM}content")]
    assert not any("<script" in text for text in texts)
    assert any("&lt;script" in text for text in texts)
    json.loads(run(*args, "--format", "json").stdout)
    told = run(*args, "--format", "markdown").stdout
    # Its heading holds the name of a folder, which tests have no say in.
    site = Site(tmp_path / "site", {"index.md": f"# Changes\n\n{told.partition(chr(10))[2]}"})
    built = site.build()
    assert built.warnings == []
    body = built.html("index.html").body
    assert body.all("script") == []
    assert not [link for link in body.all("a") if "javascript" in link["href"]]
    # Every line of the difference is in the block that shows it.
    assert len(body.all("div", "highlight-diff")) == 1
    assert body.all("h1")[0].text.startswith("Changes")


@pytest.mark.parametrize("form", ["text", "markdown", "json", "atom"])
def test_a_lock_may_come_from_anywhere(tmp_path: Path, form: str) -> None:
    head = {"scrapbox-lock": 1, "project": "p\ud800\x00\x1b", "exported": 10**40}
    for name, mark in (("old", "a"), ("new", "b")):
        rows = [{**row, "hash": f"{row['hash']}{mark}"} for row in HOSTILE_ROWS]
        rows = rows[:4] if name == "old" else rows
        (tmp_path / name).write_text("\n".join(map(json.dumps, [head, *rows])))
    paths = tmp_path / "old", tmp_path / "new"
    told = run(*paths, "--format", form, "--base-url", "https://garden.test/").stdout
    assert "twice" in told
    if form == "text":
        assert "\x1b" not in told
    elif form == "atom":
        assert len(ET.fromstring(told).findall(f"{ATOM}entry")) == 5
    elif form == "json":
        assert len(json.loads(told)["pages"]) == 5


def test_markdown_reads_well_in_sphinx(here: Path) -> None:
    told = run("old", "new", "--format", "markdown").stdout
    pages = {
        f"wiki/{title}.md": page(title, "x") for title in ("Compost", "Water", "Wind", "List")
    }
    built = Site(here / "site", {"index.md": told, **pages}).build(
        scrapbox_project="garden", scrapbox_related=False
    )
    assert built.warnings == []
    body = built.html("index.html").body
    assert [link.text for link in body.all("a", "internal")] == [
        "Wind",
        "Compost",
        "List",
        "Water",
    ]
    assert [heading.text.rstrip("¶") for heading in body.all("h2")] == [
        "New pages",
        "Changed pages",
        "Renamed pages",
        "Deleted pages",
    ]


# -- options ---------------------------------------------------------------------------


def test_exit_codes(here: Path) -> None:
    run("old", "new")
    run("old", "new", "--exit-code", code=1)
    run("old", "old", "--exit-code")
    run("old", "new", "--exit-code", "--title", "nothing so named")


def test_titles_are_chosen(here: Path) -> None:
    assert "pages: 1 changed;" in run("old", "new", "--title", "comp*").stdout
    # By the earlier title, too.
    told = run("old", "new", "--title", "rain", "--title", "WIND", "--stat").stdout
    assert "pages: 1 new, 1 renamed\n" in told


def test_tags_are_chosen(here: Path) -> None:
    write(
        here,
        {
            "old/sun.scrapbox": "Sun\nShines #Weather\n",
            "new/wind.scrapbox": "Wind\nBlows [weather]\n",
            "new/Rain.md": EXPORT.format(title="Hail", body="- falls #weather"),
            "new/code.scrapbox": "Code\ncode:x\n #weather\n",
        },
    )
    told = run("old", "new", "--tag", "#weather", "--stat").stdout
    assert "pages: 2 new, 1 gone\n" in told
    assert "pages: 1 gone\n" in run("old", "new", "--tag", "weather", "--title", "S*").stdout
    said = run("old/scrapbox.lock", "new", "--tag", "weather", code=2).stderr
    assert said == "Error: old/scrapbox.lock has no page text, so tags cannot be compared\n"


def test_output_goes_to_a_file(here: Path) -> None:
    assert run("old", "new", "-o", "changes.txt").stdout == ""
    assert (here / "changes.txt").read_text(encoding="utf-8") == run("old", "new").stdout
    said = run("old", "new", "-o", "no/folder/changes.txt", code=2).stderr
    assert said.startswith("Error: cannot write no/folder/changes.txt: ")


def test_times_that_nothing_tells(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    for name in ("old", "new"):
        (here / name / LOCK_NAME).unlink()
    feed = ET.fromstring(run("old", "new", "--format", "atom").stdout)
    assert {time.text for time in feed.iter(f"{ATOM}updated")} == {"1970-01-02T00:00:00Z"}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["old"], "Missing argument 'NEW'"),
        (["old", "new", "--base-url", "javascript:x"], "must be a web address"),
        (["old", "new", "--base-url", 'https://x"><script>'], "must be a web address"),
        (["empty", "void"], "neither empty nor void contains wiki pages"),
        (["broken.lock", "new"], "broken.lock: the lock file is empty"),
    ],
)
def test_calls_that_are_not_usable(here: Path, args: list[str], said: str) -> None:
    (here / "empty").mkdir()
    (here / "void").mkdir()
    (here / "broken.lock").write_text("")
    assert said in run(*args, code=2).stderr


def test_an_empty_side_is_told(here: Path) -> None:
    (here / "empty").mkdir()
    result = run("empty", "new")
    assert result.stderr == "note: empty contains no wiki pages\n"
    assert "pages: 5 new\n" in result.stdout


# -- git -------------------------------------------------------------------------------


@needs_git
def test_revisions(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(here, "init", "-q")
    (here / "wiki").mkdir()
    for name in ("old", "new"):
        shutil.rmtree(here / "wiki")
        shutil.copytree(here / name, here / "wiki")
        git(here, "add", "wiki")
        git(here, "commit", "-qm", name)
        git(here, "tag", f"v-{name}")
    expected = run("old", "new").stdout
    assert run("v-old", "wiki").stdout == expected
    assert run("v-old", "v-new", "wiki").stdout == expected
    assert run("v-old", "v-new", "--", "wiki").stdout == expected
    assert run("v-old:wiki", "v-new:./wiki/").stdout == expected
    assert run("old", "v-new:wiki").stdout == expected
    assert run("v-old:wiki/scrapbox.lock", "wiki", "--stat").stdout.startswith("new")
    monkeypatch.chdir(here / "wiki")
    assert run("v-old", "v-new").stdout == expected
    assert run("HEAD~1", ".").stdout == expected
    assert (
        "'v9' is neither a folder nor a lock file, and there is no revision 'v9'"
        in run("v9", ".", code=2).stderr
    )
    assert "there is no revision" in run("--", "--output=x", ".", code=2).stderr
    assert not (here / "wiki" / "x").exists()


@needs_git
def test_pages_are_recognised_as_in_a_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "-q")
    raw = "```{raw} html\nx\n```"
    write(
        tmp_path,
        {
            "wiki/Doubt.md": EXPORT.format(title="Doubt", body=raw),
            "wiki/Named.md": EXPORT.format(title="Named", body="words"),
            "alone/Doubt.md": EXPORT.format(title="Doubt", body=raw),
            "hand/a.md": EXPORT.format(title="By hand", body="words"),
        },
    )
    commit(tmp_path, "v1")
    for file in ("wiki/Doubt.md", "alone/Doubt.md", "hand/a.md"):
        (tmp_path / file).unlink()
    assert run("v1", ".", "--stat").stdout == "gone     Doubt\n\npages: 1 gone\n"
    git(tmp_path, "checkout", "-q", ".")
    (tmp_path / "wiki/Named.md").unlink()
    told = run("v1", ".", "--stat").stdout  # nothing says any more that Doubt is a page
    assert told == "gone     Doubt\ngone     Named\n\npages: 2 gone\n"


@needs_git
def test_exported_pages_in_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "-q")
    write(tmp_path, {"wiki/A.md": EXPORT.format(title="A", body=f"- one\n- two\n{icon('hana')}")})
    commit(tmp_path, "v1")
    write(
        tmp_path, {"wiki/A.md": EXPORT.format(title="A", body=f"- two\n    - one\n{icon('hana')}")}
    )
    told = run("v1", "wiki").stdout
    assert "pages: 1 changed" in told
    git(tmp_path, "mv", "wiki/A.md", "wiki/B.md")
    commit(tmp_path, "v2")
    # The file alone has another name.
    assert run("v1", "v2", "wiki").stdout == told
    assert [path.name for path in (tmp_path / "wiki").iterdir()] == ["B.md"]
