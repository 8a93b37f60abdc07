"""Dates of pages: from front matter, from a lock file, from git; and where they are shown."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from sites import Built, Site, page

from sphinx_scrapbox.formats.markdown.blocks import split_page
from sphinx_scrapbox.snapshot.git import git_dates
from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage, dump_lock
from sphinx_scrapbox.wiki.dates import Dates, clamp_dates

HERE = {"scrapbox_project": "garden-en", "scrapbox_pages": ["wiki/**"]}
NEW_YEAR = 1704067200  # 2024-01-01
DAY = 86400

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


# -- front matter ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "dates"),
    [
        ("created: 2024-01-01\nupdated: 2024-01-02", Dates(NEW_YEAR, NEW_YEAR + DAY)),
        ("date: 2024-01-01", Dates(NEW_YEAR, NEW_YEAR)),
        ("updated: 2024-01-01", Dates(NEW_YEAR, NEW_YEAR)),
        ("date: '2024-01-01'\nupdated: \"2024-01-02\"  # yes", Dates(NEW_YEAR, NEW_YEAR + DAY)),
        ("created: 2024-01-01T09:00:00+09:00", Dates(NEW_YEAR, NEW_YEAR)),
        ("created: 2024-01-01 00:00:00Z", Dates(NEW_YEAR, NEW_YEAR)),
        ("created: 20240101", Dates(NEW_YEAR, NEW_YEAR)),
        (f"updated: {NEW_YEAR}", Dates(NEW_YEAR, NEW_YEAR)),
        ("date: 2024-13-01", Dates()),
        ("date: soon", Dates()),
        ("date: 99999999999999999", Dates()),
        ("date: 1950-01-01", Dates()),
        ("  date: 2024-01-01", Dates()),
    ],
)
def test_front_matter(head: str, dates: Dates) -> None:
    text = f"---\ntitle: A\n{head}\n---\n\nWords.\n"
    assert split_page(text)[0].dates == dates
    assert split_page(text.replace("\n", "\r\n"))[0].dates == dates


@pytest.mark.parametrize("text", ["", "date: 2024-01-01", "---\ndate: 2024-01-01\n", "---"])
def test_text_without_front_matter(text: str) -> None:
    assert split_page(text)[0].dates == Dates()


def test_dates_out_of_range() -> None:
    assert clamp_dates(0, -5) == Dates()
    assert clamp_dates(NEW_YEAR * 1000, NEW_YEAR) == Dates(NEW_YEAR, NEW_YEAR)


# -- in a site -------------------------------------------------------------------------


def _dated(title: str, **dates: str) -> str:
    head = "".join(f"{name}: {value}\n" for name, value in dates.items())
    return f"---\ntitle: {title}\n{head}---\n\nWords.\n"


def _dates(built: Built, docname: str) -> tuple[int, int]:
    facts = built.app.env.domaindata["scrapbox"]["facts"][docname]
    return facts.created, facts.updated


def _footer(built: Built, name: str) -> str:
    (line,) = (row for row in built.text(f"{name}.html").split("\n") if "Last updated" in row)
    return line.partition("Last updated on ")[2].partition(".")[0].strip()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    row = LockedPage("1", "Locked", "Locked.scrapbox", created=NEW_YEAR, updated=NEW_YEAR + DAY)
    files = {
        "index.md": "# Index\n",
        "wiki/told.md": _dated("Told", created="2023-01-01", updated="2023-02-03"),
        "wiki/silent.md": page("Silent", "Words."),
        "locked/Locked.scrapbox": "Locked\nWords.\n",
        "locked/scrapbox.lock": dump_lock(Lock("garden-en", pages=(row,))),
    }
    return Site(tmp_path / "src", files)


def test_each_page_has_its_own_dates(site: Site) -> None:
    built = site.build(parallel=2, **HERE)
    assert built.warnings == []
    assert _dates(built, "locked/Locked") == (NEW_YEAR, NEW_YEAR + DAY)
    assert _dates(built, "wiki/told") == (1672531200, 1675382400)
    assert _dates(built, "wiki/silent") == (0, 0)


def test_dates_are_shown_where_themes_show_them(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")
    built = site.build(html_last_updated_fmt="", html_theme="basic", **HERE)
    assert _footer(built, "locked/Locked") == "Jan 02, 2024"
    assert _footer(built, "wiki/told") == "Feb 03, 2023"
    assert _footer(built, "wiki/silent") == _footer(built, "index") == "May 28, 2026"
    built = site.build(html_last_updated_fmt="%Y-%m-%d", html_theme="basic", **HERE)
    assert _footer(built, "wiki/told") == "2023-02-03"
    built = site.build(html_theme="basic", **HERE)
    assert "Last updated" not in built.text("wiki/told.html")


@pytest.mark.parametrize(
    ("zone", "use_utc", "updated", "day"),
    [
        ("UTC", False, NEW_YEAR - 1, "2023-12-31"),
        ("JST-9", False, NEW_YEAR - 1, "2024-01-01"),
        ("JST-9", True, NEW_YEAR - 1, "2023-12-31"),
        ("EST5", False, NEW_YEAR + 3600, "2023-12-31"),
        ("EST5", False, NEW_YEAR, "2024-01-01"),  # a day without a time
    ],
)
def test_dates_follow_the_clock_of_the_theme(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    zone: str,
    use_utc: bool,
    updated: int,
    day: str,
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    row = LockedPage("5" * 24, "Late", "Late.scrapbox", updated, updated, "")
    files = {
        "index.md": "# Index\n",
        "Late.scrapbox": "Late\nWords.\n",
        "scrapbox.lock": dump_lock(Lock("garden-en", pages=(row,), exported=updated)),
    }
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        built = Site(tmp_path / "src", files).build(
            html_last_updated_fmt="%Y-%m-%d",
            html_last_updated_use_utc=use_utc,
            html_theme="basic",
            scrapbox_provenance="end",
            **HERE,
        )
    finally:
        monkeypatch.undo()
        time.tzset()
    assert _footer(built, "Late") == day
    assert day in built.html("Late.html").body.text


def test_dates_stand_in_the_head(site: Site) -> None:
    built = site.build(**HERE)
    head = built.text("locked/Locked.html")
    assert '<meta name="dcterms.created" content="2024-01-01T00:00:00Z" />' in head
    assert '<meta name="dcterms.modified" content="2024-01-02T00:00:00Z" />' in head
    assert "dcterms" not in built.text("wiki/silent.html")
    assert "dcterms" not in built.text("index.html")


# -- git -------------------------------------------------------------------------------


def _git(folder: Path, *arguments: str, date: str = "") -> None:
    who = ("-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false")
    moment = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date} if date else {}
    subprocess.run(
        ["git", *who, *arguments],
        cwd=folder,
        env={**os.environ, **moment},
        check=True,
        capture_output=True,
    )


def _commit(folder: Path, date: str) -> None:
    _git(folder, "add", "-A")
    _git(folder, "commit", "-q", "--allow-empty", "-m", date, date=f"{date}T00:00:00Z")


@needs_git
def test_all_files_of_a_folder(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / 'あ "b".md').write_text("1")
    (tmp_path / "above.md").write_text("1")
    _git(tmp_path, "init", "-q")
    _commit(tmp_path, "2024-01-01")
    (docs / 'あ "b".md').write_text("2")
    (docs / "c d.md").write_text("2")
    _commit(tmp_path, "2024-01-02")
    (tmp_path / "above.md").write_text("2")
    (docs / "new.md").write_text("not committed")
    assert git_dates(docs) == {
        'あ "b".md': Dates(NEW_YEAR, NEW_YEAR + DAY),
        "c d.md": Dates(NEW_YEAR + DAY, NEW_YEAR + DAY),
    }


@needs_git
def test_the_oldest_of_a_few_commits_tells_nothing(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    (whole / "old.md").write_text("1")
    _git(whole, "init", "-q")
    _commit(whole, "2024-01-01")
    _commit(whole, "2024-01-02")
    (whole / "new.md").write_text("1")
    _commit(whole, "2024-01-03")
    _git(tmp_path, "clone", "-q", "--depth", "2", whole.as_uri(), "part")
    later = NEW_YEAR + 2 * DAY
    assert git_dates(tmp_path / "part") == {"new.md": Dates(later, later)}


def test_where_git_cannot_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_dates(tmp_path) == {}
    monkeypatch.setenv("PATH", "")
    assert git_dates(tmp_path) == {}


@needs_git
def test_a_site_without_a_repository(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(site.src.parent))
    built = site.build(scrapbox_dates="git", **HERE)
    assert built.warnings == []
    assert _dates(built, "wiki/silent") == (0, 0)


@needs_git
@pytest.mark.parametrize("parallel", [0, 4])
def test_git_tells_what_no_page_says(site: Site, parallel: int) -> None:
    config: dict[str, Any] = {"parallel": parallel, "scrapbox_dates": "git", **HERE}
    _git(site.src, "init", "-q")
    _commit(site.src, "2024-01-01")
    built = site.build(**config)
    assert built.warnings == []
    assert _dates(built, "wiki/silent") == (NEW_YEAR, NEW_YEAR)
    assert _dates(built, "wiki/told") == (1672531200, 1675382400)
    assert _dates(built, "locked/Locked") == (NEW_YEAR, NEW_YEAR + DAY)
    assert "2024-01-01T00:00:00Z" in built.text("wiki/silent.html")

    again = site.build(**config)
    assert (again.read, again.written) == ([], [])

    # A page that was built before it was committed.
    site.write({"wiki/silent.md": page("Silent", "Other words.")})
    assert _dates(site.build(**config), "wiki/silent") == (NEW_YEAR, NEW_YEAR)
    _commit(site.src, "2024-01-02")
    later = site.build(**config)
    assert later.read == []
    assert later.written == ["wiki/silent"]
    assert _dates(later, "wiki/silent") == (NEW_YEAR, NEW_YEAR + DAY)
    assert "2024-01-02T00:00:00Z" in later.text("wiki/silent.html")

    without = site.build(**{**config, "scrapbox_dates": "page"})
    assert _dates(without, "wiki/silent") == (0, 0)
    assert "dcterms.modified" not in without.text("wiki/silent.html")


@needs_git
def test_git_is_asked_once_and_only_if_need_be(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sphinx_scrapbox.sphinx_ext.features import dates

    asked: list[Path] = []

    def ask(folder: Path) -> dict[str, Dates]:
        asked.append(folder)
        return {}

    monkeypatch.setattr(dates, "git_dates", ask)
    site.build(**HERE)
    assert asked == []
    site.build(scrapbox_dates="git", **HERE)
    assert asked == [site.src]
    (site.src / "wiki/silent.md").unlink()
    site.build(scrapbox_dates="git", **HERE)
    assert asked == [site.src]
