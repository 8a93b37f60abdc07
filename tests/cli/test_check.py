"""``sphinx-scrapbox check``: files in, a report and an exit code out."""

from __future__ import annotations

import io
import json
import re
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import Result
from commands import run_command

from sphinx_scrapbox.check.rules import Rule
from sphinx_scrapbox.cli.check import diagnose
from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage, LockedPicture, dump_lock

MANUAL = Path(__file__).parents[2] / "example_docs" / "reference" / "command-line.md"
MOSS = '---\ntitle: "Moss"\n---\n\n- see [the wall\n'
LONG = "長" * 42


@pytest.fixture
def wiki(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one damaged page, and files that are none."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "docs" / "wiki"
    for path, text in {
        "Moss.md": MOSS,
        "guide.md": "# By hand\n\nA [bracket\n",
        ".draft.md": MOSS,
        ".git/Moss.md": MOSS,
        "_build/Moss.md": MOSS,
        "sub/notes.txt": "[",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def run(*arguments: str | Path) -> Result:
    return run_command("check", *arguments)


def rules(*arguments: str | Path) -> list[str]:
    findings = json.loads(run("--format", "json", *arguments).stdout)["findings"]
    return [one["rule"] for one in findings]


def test_human(wiki: Path) -> None:
    result = run("docs/wiki/")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout == (
        "docs/wiki/Moss.md\n"
        "      5:7  warning  a bracket opens and never closes  damaged-bracket\n"
        "           - - see [the wall\n"
        "           + - see [[the wall]]\n"
        "\n"
        "1 page: no errors, 1 warning, no notes\n"
        "  1 damaged-bracket\n"
        "docs/wiki: pages of an unknown wiki, because its pages do not name it\n"
    )


def test_nothing_is_written(wiki: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in wiki.rglob("*")}
    run(wiki)
    assert {path: path.stat().st_mtime_ns for path in wiki.rglob("*")} == before


@pytest.mark.parametrize(
    ("level", "code"), [("error", 0), ("warning", 1), ("note", 1), ("never", 0)]
)
def test_exit_code_of_a_warning(wiki: Path, level: str, code: int) -> None:
    assert run(wiki, "--fail-on", level).exit_code == code


@pytest.mark.parametrize(
    ("level", "code"), [("error", 1), ("warning", 1), ("note", 1), ("never", 0)]
)
def test_exit_code_of_an_error(wiki: Path, level: str, code: int) -> None:
    (wiki / "sub" / "Moss.md").write_text(MOSS, encoding="utf-8")
    assert run(wiki, "--fail-on", level).exit_code == code
    assert (
        run(wiki, "--fail-on", level, "--ignore", "ambiguous-title,damaged-bracket").exit_code == 0
    )


def test_clean(wiki: Path) -> None:
    (wiki / "Moss.md").write_text(MOSS.replace("[", ""), encoding="utf-8")
    result = run(wiki, "--fail-on", "note")
    told = "pages of an unknown wiki, because its pages do not name it\n"
    assert (result.exit_code, result.stdout) == (0, f"1 page: nothing found\n{wiki}: {told}")


def test_select_and_ignore(wiki: Path) -> None:
    (wiki / f"{LONG}.md").write_text('---\ntitle: "b"\n---\n', encoding="utf-8")
    everything = ["damaged-bracket", "empty-page", "long-file-name"]
    assert sorted(rules(wiki)) == everything
    assert rules(wiki, "--select", "empty-page, damaged-bracket") == everything[:2]
    assert rules(wiki, "--select", "empty-page", "--select", "damaged-bracket") == everything[:2]
    assert rules(wiki, "--ignore", "empty-page,long-file-name") == everything[:1]
    assert rules(wiki, "--select", "empty-page", "--ignore", "empty-page") == []


def test_icons(wiki: Path) -> None:
    (wiki / "talk.scrapbox").write_text("talk\n[mio.icon] hello\n", encoding="utf-8")
    assert "unknown-icon" in rules(wiki)
    assert "unknown-icon" not in rules(wiki, "--icon", "Mio")


def test_locks(wiki: Path) -> None:
    data = b"talk\nhello\n"
    (wiki / "sub" / "talk.scrapbox").write_bytes(data)
    row = LockedPage("1", "talk", "talk.scrapbox", hash=sha256(data).hexdigest())
    lost = LockedPage("2", "lost", "lost.scrapbox")
    lock = wiki / "sub" / "scrapbox.lock"
    lock.write_text(dump_lock(Lock("garden", pages=(row, lost))), encoding="utf-8")
    assert rules(wiki / "sub") == ["lost-file"]
    lock.write_text("", encoding="utf-8")
    assert rules(wiki / "sub") == ["broken-lock"]


def test_pictures_of_a_lock(wiki: Path) -> None:
    data = b"talk\nhello\n"
    (wiki / "sub" / "talk.scrapbox").write_bytes(data)
    row = LockedPage("1", "talk", "talk.scrapbox", hash=sha256(data).hexdigest())
    names = {
        "good.png": b"GIF89a\x03\x00\x02\x00",
        "web.png": b"<html>not found</html>",
        "true.gif": b"GIF89a\x03\x00\x02\x00",
        "lost.png": None,
    }
    files = []
    (wiki / "sub" / "_files").mkdir()
    for number, (name, content) in enumerate(names.items()):
        file = f"_files/{number:032x}.{name[-3:]}"
        if content is not None:
            (wiki / "sub" / file).write_bytes(content)
        files += [
            LockedPicture("image", f"https://example.org/{name}{again}", file) for again in "ab"
        ]
    files.append(LockedPicture("image", "https://example.org/never", "", "404"))
    lock = wiki / "sub" / "scrapbox.lock"
    text = dump_lock(Lock("garden", pages=(row,), pictures=tuple(files)))
    lock.write_text(text, encoding="utf-8")
    result = run(wiki / "sub", "--select", "lost-picture")
    for number, why in (
        (0, "is gif, not what its name says"),
        (1, "is not an image (a web page, not an image)"),
        (3, "is not here"),
    ):
        suffix = "gif" if number == 2 else "png"
        assert f"_files/{number:032x}.{suffix}: {why}  lost-picture" in result.stdout
    assert rules(wiki / "sub") == ["lost-picture"] * 3


def test_missing(wiki: Path) -> None:
    (wiki / "a.scrapbox").write_text("a\n[rain] [moss]\n", encoding="utf-8")
    result = run(wiki, "--missing")
    assert "        1  rain\n" in result.stdout
    assert "1 of 2 links (50 %)" in result.stdout
    assert "rain" not in run(wiki).stdout


@pytest.mark.parametrize("form", ["human", "json", "sarif"])
def test_output(wiki: Path, form: str) -> None:
    shown = run("docs", "--format", form)
    written = run("docs", "--format", form, "-o", "report")
    assert written.stdout == ""
    assert Path("report").read_text(encoding="utf-8") == shown.stdout


def test_sarif_paths_start_where_it_was_called(
    wiki: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def uri(folder: str) -> str:
        (result,) = json.loads(run(folder, "--format", "sarif").stdout)["runs"][0]["results"]
        found: str = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        return found

    assert uri("docs") == "docs/wiki/Moss.md"
    assert uri(str(wiki)) == "docs/wiki/Moss.md"
    monkeypatch.chdir(wiki)
    assert uri(".") == "Moss.md"
    monkeypatch.chdir(wiki / "sub")
    assert uri("..") == "Moss.md"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Missing argument"),
        (("nowhere",), "does not exist"),
        (("docs/wiki/Moss.md",), "is a file"),
        (("docs/wiki/sub",), "contains no wiki pages"),
        (("docs/wiki", "docs"), "Name one folder"),
        (("docs", "--select", "damaged-braket"), "no rule 'damaged-braket'"),
        (("docs", "--ignore", ""), "no rule ''"),
        (("docs", "--fail-on", "fatal"), "fatal"),
        (("docs", "--format", "xml"), "xml"),
        (("docs", "-o", "nowhere/report"), "cannot write nowhere/report: No such file"),
    ],
)
def test_unusable_calls(wiki: Path, arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_explain(wiki: Path) -> None:
    (wiki / "Fern.scrapbox").write_text("Fern\n", encoding="utf-8")
    (wiki / "sub" / "Doubt.md").write_text(
        '---\ntitle: "Doubt"\n---\n\n```{raw} html\n```\n', encoding="utf-8"
    )
    result = run("--explain", "docs/wiki/guide.md", "docs", "docs/wiki/sub/notes.txt")
    assert result.exit_code == 0
    told = "pages of an unknown wiki, because its pages do not name it"
    guide = (
        "docs/wiki/guide.md: not a page of a wiki, because it has no icon or translation footer "
        "of a wiki, and it has no title"
    )
    assert result.stdout.splitlines() == [
        guide,
        "docs/wiki/Fern.scrapbox: a page of a wiki, because it is in the wiki's own notation",
        "docs/wiki/Moss.md: a page of a wiki, because its front matter contains only a title, and "
        "the file is named after it",
        guide,
        "docs/wiki/sub/Doubt.md: treated as hand-written, to be safe, because its front matter "
        "contains only a title, and the file is named after it, but it contains MyST syntax, and "
        "its folder contains no wiki pages",
        "docs/wiki/sub/notes.txt: not a page of a wiki, because it is neither Markdown nor in the "
        "wiki's own notation",
        f"docs/wiki: {told}",
    ]


def test_a_lock_above_counts(wiki: Path) -> None:
    text = '---\ntitle: "Doubt"\n---\n\n```{raw} html\n```\n'
    (wiki / "sub" / "Doubt.md").write_text(text, encoding="utf-8")
    assert rules(wiki / "sub") == ["unrecognised-page"]
    (wiki / "scrapbox.lock").write_text(dump_lock(Lock("garden")), encoding="utf-8")
    assert rules(wiki / "sub") == []
    assert "a page of a wiki" in run("--explain", wiki / "sub" / "Doubt.md").stdout
    (wiki / "sub" / "conf.py").touch()  # a build looks no further than the source folder
    assert rules(wiki / "sub") == ["unrecognised-page"]


def test_names_that_are_no_text(wiki: Path) -> None:
    try:
        (wiki / "a\udcff.md").write_text('---\ntitle: "a"\n---\n\nx\n', encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes no such name")
    assert "a\\udcff.md" in run(wiki).stdout
    assert "unsafe-file-name" in rules(wiki)
    assert "a%FF.md" in run(wiki, "--format", "sarif").stdout


@pytest.mark.parametrize(
    ("files", "terminal", "shown"), [(501, True, True), (500, True, False), (501, False, False)]
)
def test_progress(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: int, terminal: bool, shown: bool
) -> None:
    for at in range(files):
        (tmp_path / f"{at}.scrapbox").write_bytes(b"%d\nx\n" % at)
    stderr = io.StringIO()
    monkeypatch.setattr(stderr, "isatty", lambda: terminal)
    monkeypatch.setattr(sys, "stderr", stderr)
    diagnosis = diagnose(tmp_path, ())
    assert diagnosis.pages == files
    assert ("Reading" in stderr.getvalue()) is shown


def test_help_teaches() -> None:
    text = run("--help").stdout
    assert "sphinx-scrapbox check docs/wiki --format sarif -o check.sarif\n" in text
    assert "\\b" not in text
    for rule in Rule:
        assert rule.id in text
    assert "Exit codes: 0 no findings, 1" in text


def test_manual_has_the_texts_of_the_rules() -> None:
    """The manual adds markup: code, and links to options."""
    section = MANUAL.read_text(encoding="utf-8").partition("\n## check")[2].partition("\n## ")[0]
    pattern = r"^`([a-z-]+)` \((error|warning|note)\)\n: (.+(?:\n  .+)*)"
    entries = [
        (id, severity, re.sub(r"(?:\{\w+\})?`([^`]*)`", r"\1", " ".join(text.split())))
        for id, severity, text in re.findall(pattern, section, re.MULTILINE)
    ]
    assert entries == [
        (rule.id, rule.severity.label, f"{rule.description} {rule.help}") for rule in Rule
    ]


def test_the_wiki_of_each_folder(wiki: Path) -> None:
    """Two wikis beside each other may have pages with one title, and icons of their own."""
    icon = "<img src='https://scrapbox.io/api/pages/{0}/mio/icon' alt='mio.icon' height=\"19.5\"/>"
    for name in ("barn", "pond"):
        (wiki / name).mkdir()
        for title, text in (("Hay", icon.format(name)), ("Grass", "[[Nowhere]]")):
            page = f'---\ntitle: "{title}"\n---\n\n{text}\n'
            (wiki / name / f"{title}.md").write_text(page, encoding="utf-8")
    (wiki / "barn/mio.md").write_text('---\ntitle: "mio"\n---\n\nIt is me.\n', encoding="utf-8")
    told = json.loads(
        run(
            wiki, "--format", "json", "--missing", "--select", "unknown-icon,ambiguous-title"
        ).stdout
    )
    assert [(one["rule"], one["path"]) for one in told["findings"]] == [
        ("unknown-icon", "pond/Hay.md")
    ]
    assert told["folders"] == [
        {"folder": ".", "project": "", "reason": "its pages do not name it"},
        {"folder": "barn", "project": "barn", "reason": "1 of 3 pages names it in icons"},
        {"folder": "pond", "project": "pond", "reason": "1 of 2 pages names it in icons"},
    ]
    assert [one["project"] for one in told["links"]["wanted"]] == ["barn", "pond"]
    lines = run("--explain", wiki / "pond/Hay.md").stdout.splitlines()
    assert (
        lines[1] == f"{wiki}/pond: pages of the wiki pond, because 1 of 2 pages names it in icons"
    )


def test_names_that_hosts_refuse(tmp_path: Path) -> None:
    for name in ("C#.md", "10:15.md", "Moss.md", "a?/Moss.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(
            f'---\ntitle: "{Path(name).stem}"\n---\n\nx', encoding="utf-8"
        )
    select = ("--select", "refused-file-name")
    assert rules(tmp_path, *select) == []
    result = run(tmp_path, "--for", "netlify,github", "--format", "json", *select)
    assert result.exit_code == 1
    assert {one["path"]: one["message"] for one in json.loads(result.stdout)["findings"]} == {
        "10:15.md": "an artifact on GitHub allows no : in a name",
        "C#.md": "Netlify allows no # in a name",
        "a?": "Netlify allows no ? in a name; an artifact on GitHub allows no ? in a name",
    }
    assert run(tmp_path, "--for", "gopher").exit_code == 2
