"""What other systems do differently: names without case, accents in two forms, drives, locks.

Here this is simulated, with hard links for the names of a file system without case; the public
workflow runs the same tests on macOS and Windows.
"""

from __future__ import annotations

import importlib.util
import json
import ntpath
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from unicodedata import normalize

import pytest
from click.testing import CliRunner
from sites import Site

from sphinx_scrapbox.cli import main
from sphinx_scrapbox.cli.output import command_line
from sphinx_scrapbox.snapshot import transaction
from sphinx_scrapbox.snapshot.filenames import (
    composed_path,
    ignores_case,
    refusals,
    relative_path,
)
from sphinx_scrapbox.snapshot.folder import FolderError, page_files
from sphinx_scrapbox.snapshot.git import SnapshotError
from sphinx_scrapbox.snapshot.loader import load
from sphinx_scrapbox.sphinx_ext.domain.output_files import remove_outdated
from sphinx_scrapbox.sphinx_ext.html.data import refused_names

COMPOSED = "Café ガーデン"
DECOMPOSED = normalize("NFD", COMPOSED)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "src", {"index.rst": "Index\n=====\n"})


def _also_named(path: Path, name: str) -> None:
    """Give a file a second name, as if its file system had no case."""
    if not path.with_name(name).exists():
        os.link(path, path.with_name(name))


def _on_windows(function: Callable[..., str]) -> Callable[..., str]:
    return lambda path, start: function(os.fspath(path), os.fspath(start))


def test_a_file_is_kept_under_its_name_in_another_case(tmp_path: Path) -> None:
    for name in ("why.md", "Other.md"):
        (tmp_path / name).write_bytes(b"")
    _also_named(tmp_path / "why.md", "Why.md")
    remove_outdated(tmp_path, ["Why.md", "Other.md", "missing.md"], ["why.md"])
    assert (tmp_path / "Why.md").exists()
    assert not (tmp_path / "Other.md").exists()


def test_whether_a_file_system_has_case(tmp_path: Path) -> None:
    (tmp_path / "probe").write_bytes(b"")
    assert ignores_case(tmp_path / "absent") is False
    assert ignores_case(tmp_path) is (tmp_path / "PROBE").exists()


def test_a_page_of_the_site_in_another_case(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.write({"Search.scrapbox": "Search\nWords.\n"})
    if not ignores_case(site.src):
        assert site.build().warnings == []
        monkeypatch.setattr(refused_names, "ignores_case", lambda folder: True)
    (warning,) = site.build("dirhtml").warnings
    assert "'search'" in warning
    assert warning.endswith("[scrapbox.reserved_name]")


def test_a_redirect_does_not_replace_a_page(site: Site) -> None:
    redirects = {"version": 1, "redirects": {"WHY": "why", "before": "why"}}
    site.write(
        {
            "why.scrapbox": "why\nWords of the page.\n",
            "scrapbox-redirects.json": json.dumps(redirects),
        }
    )
    page = site.build().out / "why.html"
    page.with_name("WHY.html").unlink()  # the redirect, or on a system without case the page
    if not page.exists():
        page.write_text("Words of the page.", encoding="utf-8")
    _also_named(page, "WHY.html")
    built = site.build()
    assert "Words of the page." in (built.out / "why.html").read_text(encoding="utf-8")
    assert (built.out / "before.html").is_file()


def test_names_with_accents_in_the_other_form(tmp_path: Path) -> None:
    assert refusals(COMPOSED, ()) == []
    assert refusals(DECOMPOSED, ()) == ["Sphinx finds names with composed accents (NFC) only"]
    (tmp_path / f"{DECOMPOSED}.md").write_text("Words.\n", encoding="utf-8")
    plain = Path("plain.md")
    assert composed_path(tmp_path, plain) == plain
    # macOS opens the file by both names; elsewhere the one that it has is kept.
    has_both = (tmp_path / f"{COMPOSED}.md").exists()
    listed = composed_path(tmp_path, Path(f"{DECOMPOSED}.md"))
    assert listed == Path(f"{COMPOSED if has_both else DECOMPOSED}.md")
    if not has_both:  # two files stay two
        other = tmp_path / f"{COMPOSED}.md"
        other.write_text("Other words.\n", encoding="utf-8")
        assert len(set(page_files(tmp_path))) == 2
        other.unlink()
    result = CliRunner().invoke(main, ["rename", "--all", str(tmp_path)])
    assert result.exit_code == 0, result.output
    (path,) = tmp_path.glob("*.md")
    assert normalize("NFC", path.name) == f"{COMPOSED}.md"
    if not has_both:
        assert path.name == f"{COMPOSED}.md"
        assert f'title: "{COMPOSED}"' in path.read_text(encoding="utf-8")
    _also_named(path, f"{DECOMPOSED}.md")
    assert composed_path(tmp_path, Path(f"{DECOMPOSED}.md")) == Path(f"{COMPOSED}.md")


def _export(folder: Path) -> Path:
    rows = ["Seeds", "[Beds] #Seeds", "code:sow.py", " row = 1", "  bed = 2", "table:t", " a\tb"]
    lines = [{"text": text, "id": f"{number:024x}"} for number, text in enumerate(rows)]
    page = {"id": "a" * 24, "title": "Seeds", "created": 1, "updated": 2, "lines": lines}
    path = folder / "export.json"
    path.write_text(
        json.dumps({"name": "garden", "exported": 3, "pages": [page]}), encoding="utf-8"
    )
    return path


def test_line_ends_of_windows(site: Site, tmp_path: Path) -> None:
    export = _export(tmp_path)
    unpack = ["unpack", str(export), str(site.src / "wiki")]
    assert CliRunner().invoke(main, unpack).exit_code == 0
    exported = "---\nproject: garden\n---\n\n- [Seeds](Seeds.md)\n\t- `x`\n\n```py\nx = 1\n```\n"
    site.write({"md/Beds.md": exported})
    pages = ["index.html", "wiki/Seeds.html", "md/Beds.html"]
    built = site.build()
    expected = [built.text(page) for page in pages]
    for path in [export, *site.src.glob("*.*"), *site.src.glob("*/*.*")]:
        text = path.read_text(encoding="utf-8")
        path.write_text(text, encoding="utf-8", newline="\r\n")
    built = site.build(target="again")
    assert [built.text(page) for page in pages] == expected
    assert "1 unchanged" in CliRunner().invoke(main, unpack).output


def test_paths_from_one_drive_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "relpath", _on_windows(ntpath.relpath))
    monkeypatch.setattr(os, "sep", "\\")
    assert relative_path("C:\\site\\wiki\\a.md", "C:\\site") == "wiki/a.md"
    assert relative_path("D:\\out\\html", "C:\\site") == "D:/out/html"


@pytest.mark.parametrize("start", ["/a", "/a/", "/", "/a/..", "a", "../a", "."])
@pytest.mark.parametrize(
    "path", ["b/c.md", "b//c", "b/./c", "b/../c", "..", "b/", ".b/..c/...", "."]
)
def test_relative_paths_are_those_of_python(start: str, path: str) -> None:
    for whole in (f"{start}/{path}", path):
        assert relative_path(whole, start) == os.path.relpath(whole, start).replace(os.sep, "/")


def test_a_drive_is_no_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform != "win32":
        monkeypatch.setattr(Path, "drive", "C:", raising=False)
    with pytest.raises(SnapshotError, match="there is no folder or lock file"):
        load("C:\\absent", tmp_path)


def test_commands_are_quoted_for_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("sphinx-build", "my docs", "docs/_build")
    monkeypatch.setattr(sys, "platform", "linux")
    assert command_line(*words) == "sphinx-build 'my docs' docs/_build"
    monkeypatch.setattr(sys, "platform", "win32")
    assert command_line(*words) == 'sphinx-build "my docs" docs/_build'


@pytest.mark.skipif(sys.platform == "win32", reason="tests/remote/test_pull.py does this there")
def test_two_commands_on_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    def locking(descriptor: int, mode: int, size: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PermissionError(13, "Permission denied") from error

    msvcrt = ModuleType("msvcrt")
    monkeypatch.setattr(msvcrt, "LK_NBLCK", 2, raising=False)
    monkeypatch.setattr(msvcrt, "locking", locking, raising=False)
    monkeypatch.setitem(sys.modules, "msvcrt", msvcrt)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "win32")
    spec = importlib.util.spec_from_file_location("on_windows", transaction.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = tmp_path / "wiki"
    with module.exclusive_lock(folder):
        with module.exclusive_lock(tmp_path / "other"):
            pass
        second = module.exclusive_lock(folder)
        with pytest.raises(FolderError, match="another command is writing"):
            second.__enter__()
    with module.exclusive_lock(folder):
        pass
    assert not folder.exists()
