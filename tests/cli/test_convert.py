"""``sphinx-scrapbox convert``, from the outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from commands import run_command

from sphinx_scrapbox.cli import main
from sphinx_scrapbox.formats import read
from sphinx_scrapbox.formats.detect import detect
from sphinx_scrapbox.snapshot.folder import PageFolders
from sphinx_scrapbox.wiki.speakers import signers

COMPOST = "Compost\nwarm [Soil]\n [mio.icon] turns it\n"
COMPOST_MD = (
    '---\ntitle: "Compost"\n---\n\nwarm [[Soil]]\n'
    "- <img src='https://scrapbox.io/api/pages/garden/mio/icon' alt='mio.icon' height=\"19.5\"/>"
    " turns it"
)
COMPOST_MYST = "# Compost\n\nwarm [[Soil]]\n\n- ```{scrapbox:speech} mio\n  turns it\n  ```\n"


def run(*args: object, stdin: str | bytes | None = None) -> Result:
    return run_command("convert", *args, input=stdin)


def refused(*args: object, stdin: str | bytes | None = None) -> str:
    result = run(*args, stdin=stdin)
    assert result.exit_code == 2
    assert result.stdout == ""
    return result.stderr


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8", newline="")
    return folder


def state(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode()
        for path in folder.rglob("*")
        if path.is_file()
    }


def project(*titles: str, name: str = "garden", text: str = "x") -> str:
    rows = text.split("\n")
    pages = [{"title": title, "lines": [title, *rows]} for title in titles]
    return json.dumps({"name": name, "pages": pages})


# -- one page --------------------------------------------------------------------------


def test_help() -> None:
    result = run("--help")
    assert result.exit_code == 0
    for word in ("--to", "--from", "--overwrite", "--dry-run", ".myst.md", "Exit codes"):
        assert word in result.output
    assert "\n    sphinx-scrapbox convert docs/wiki -o native --to notation\n" in result.output


NEEDS_EXTENSION = (
    'note: the MyST needs "sphinx_scrapbox" in extensions of conf.py; --plain needs nothing\n'
)


@pytest.mark.parametrize(
    ("source", "target", "given", "made"),
    [
        ("notation", "markdown", COMPOST, COMPOST_MD),
        ("notation", "myst", COMPOST, COMPOST_MYST),
        ("notation", "notation", COMPOST, COMPOST),
        ("markdown", "notation", COMPOST_MD, COMPOST),
        ("markdown", "markdown", COMPOST_MD, COMPOST_MD),
        ("markdown", "myst", COMPOST_MD, COMPOST_MYST),
        ("json", "notation", project("Compost"), "Compost\nx\n"),
        ("json", "markdown", project("Compost"), '---\ntitle: "Compost"\n---\n\nx'),
    ],
)
def test_from_standard_input(source: str, target: str, given: str, made: str) -> None:
    result = run("-", "--from", source, "--to", target, "--project", "garden", stdin=given)
    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        made,
        NEEDS_EXTENSION if target == "myst" else "",
    )


def test_to_json() -> None:
    result = run("-", "--from", "notation", "--to", "json", "--project", "garden", stdin=COMPOST)
    value = json.loads(result.stdout)
    assert value["name"] == "garden"
    assert value["pages"][0]["lines"] == ["Compost", "warm [Soil]", " [mio.icon] turns it"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (COMPOST_MD, "markdown"),
        ('\ufeff---\r\ntitle: "x"\r\n---\r\n', "markdown"),
        (project("a"), "json"),
        ('{ "pages": []}', "json"),
        (COMPOST, None),
        ("---\ntitle: x\nauthor: y\n---\n", None),
        ("", None),
    ],
)
def test_form_is_told_by_content(text: str, kind: str | None) -> None:
    assert detect(text) == kind
    if kind is None:
        assert "name it with --from" in refused("-", "--to", "myst", stdin=text)
    elif text != '{ "pages": []}':
        assert run("-", "--to", "notation", stdin=text).exit_code == 0


def test_unknown_kind() -> None:
    with pytest.raises(ValueError, match="'myst' is none of 'markdown', 'notation'"):
        read("x", "myst")


def test_file_to_file(tmp_path: Path) -> None:
    write(tmp_path, c__scrapbox=COMPOST)
    result = run(
        tmp_path / "c.scrapbox",
        "-o",
        tmp_path / "new" / "c.md",
        "--to",
        "markdown",
        "--project",
        "garden",
    )
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "1 file written\n")
    assert state(tmp_path / "new") == {"c.md": COMPOST_MD}


def test_file_to_folder_gets_the_name_of_its_title(tmp_path: Path) -> None:
    write(tmp_path, c__scrapbox="What/now?\nx\n")
    run(tmp_path / "c.scrapbox", "-o", f"{tmp_path}/new/", "--to", "myst")
    assert state(tmp_path / "new") == {"What-now-.myst.md": "# What/now?\n\nx\n"}


def test_name_of_the_file_is_the_title_of_a_page_without_one(tmp_path: Path) -> None:
    write(tmp_path, Shed__md="Just text", Hut__scrapbox="\nx\n")
    assert run(tmp_path / "Shed.md", "--to", "notation").stdout == "Shed\nJust text\n"
    assert run(tmp_path / "Hut.scrapbox", "--to", "notation").stdout == "\nx\n"
    assert run(tmp_path / "Hut.scrapbox", "--to", "myst").stdout == "# Hut\n\nx\n"


# -- many pages ------------------------------------------------------------------------


@pytest.fixture
def wiki(tmp_path: Path) -> Path:
    folder = write(
        tmp_path / "wiki",
        Compost__md=COMPOST_MD,
        Soil__scrapbox="Soil\nx\n",
        guide__md="# By hand\n",
        own__md="---\ntitle: By hand\nauthor: mio\n---\n",
        done__myst__md="# Done\n",
        notes__txt="no page",
    )
    write(folder / "old", Leaf__scrapbox="Leaf mould\ny\n")
    write(folder / "_build", Soil__scrapbox="Soil\nx\n")
    write(folder / ".hidden", Soil__scrapbox="Soil\nx\n")
    return folder


def test_folder(wiki: Path, tmp_path: Path) -> None:
    result = run(wiki, "-o", tmp_path / "out", "--to", "notation")
    assert result.exit_code == 0
    assert result.stderr == (f"note: {wiki}: skipped 2 hand-written .md files\n3 files written\n")
    assert state(tmp_path / "out") == {
        "Compost.scrapbox": COMPOST,
        "Soil.scrapbox": "Soil\nx\n",
        "old/Leaf mould.scrapbox": "Leaf mould\ny\n",
    }


def test_folder_of_one_kind(wiki: Path, tmp_path: Path) -> None:
    run(wiki, "-o", tmp_path / "out", "--from", "markdown", "--to", "notation")
    assert sorted(state(tmp_path / "out")) == [
        "By hand.scrapbox", "Compost.scrapbox", "guide.scrapbox",
    ]  # fmt: skip


def test_output_below_the_input_is_no_input(wiki: Path) -> None:
    run(wiki, "-o", wiki / "new", "--to", "notation")
    assert run(wiki, "-o", wiki / "new", "--to", "notation", "--overwrite").stderr.endswith(
        "0 files written, 3 unchanged\n"
    )


def test_folder_to_json_and_back(wiki: Path, tmp_path: Path) -> None:
    file = tmp_path / "garden.json"
    run(wiki, "-o", file, "--to", "json")
    value = json.loads(file.read_text("utf-8"))
    assert value["name"] == "garden"  # told by an icon
    assert [page["title"] for page in value["pages"]] == ["Compost", "Soil", "Leaf mould"]
    run(file, "-o", tmp_path / "out", "--to", "markdown")
    assert state(tmp_path / "out")["Compost.md"] == COMPOST_MD
    assert detect(state(tmp_path / "out")["Soil.md"]) == "markdown"


def test_json_into_a_folder_is_called_after_the_project(tmp_path: Path) -> None:
    write(tmp_path, a__scrapbox="a\n")
    run(tmp_path / "a.scrapbox", "-o", f"{tmp_path}/out/", "--to", "json", "--project", "my/shed")
    run(tmp_path / "a.scrapbox", "-o", tmp_path / "out", "--to", "json")
    assert sorted(state(tmp_path / "out")) == ["my-shed.json", "project.json"]


def test_names_that_meet(tmp_path: Path) -> None:
    write(tmp_path, p__json=project("a/b", "A-B", "a?b"))
    run(tmp_path / "p.json", "-o", tmp_path / "out", "--to", "notation")
    names = sorted(state(tmp_path / "out"))
    assert len(names) == 3
    assert "a-b.scrapbox" in names


def test_lock_knows_project_and_ids(tmp_path: Path) -> None:
    lines = [
        {"text": row, "id": f"{at:024x}"} for at, row in enumerate(["Compost", "[mio.icon] x"])
    ]
    page = {"title": "Compost", "id": "a" * 24, "created": 5, "updated": 6, "lines": lines}
    write(tmp_path, e__json=json.dumps({"name": "garden", "pages": [page]}))
    run_command("unpack", tmp_path / "e.json", tmp_path / "wiki", code=0)
    assert (
        "/pages/garden/mio/icon'"
        in run(tmp_path / "wiki/Compost.scrapbox", "-t", "markdown").stdout
    )
    result = run(tmp_path / "wiki", "--to", "json")
    (again,) = json.loads(result.stdout)["pages"]
    assert (again["id"], again["created"], again["updated"]) == ("a" * 24, 5, 6)
    assert again["lines"][1] == lines[1]
    write(tmp_path / "wiki", New__scrapbox="New\n")
    assert '"title": "New",\n"created": 0' in run(tmp_path / "wiki", "--to", "json").stdout
    write(tmp_path / "broken", scrapbox__lock="{}", New__scrapbox="New\n")
    assert "not a lock file" in refused(tmp_path / "broken", "--to", "json")


def test_many_notes_are_cut(tmp_path: Path) -> None:
    write(tmp_path, a__scrapbox="a\n" + "\x01\n" * 12)
    stderr = run(tmp_path / "a.scrapbox", "--to", "myst").stderr.splitlines()
    assert len(stderr) == 11
    assert stderr[0].startswith(f"note: {tmp_path}/a.scrapbox:2: removed")
    assert stderr[-1] == "note: and 2 more like these"


NATIVE_TEXTS = (
    "Shed\n",
    "  Shed\u3000\n\tx\n\u3000\t[https://a.test label] [label https://a.test]  \n\n\n",
    "Shed\nno newline at the end [[a.icon*3]]",
    "\ufeffShed\r\n\u3000x\r\n",
    "Shed\n\x05\n\x1b[31m [ ] [a\x01]\n code: a.py \n\t  x\n \t y\n\ttable: \n\t\t[a]\t`b`\n",
    "Shed\n[* a][*  b] [$ x ] [$ y]\n[N1.50,E2,Z14 a]\n[[https://a.test/a.png]]\n``` [\n",
)


@pytest.mark.parametrize("text", NATIVE_TEXTS)
def test_native_text_is_kept_byte_for_byte(text: str, tmp_path: Path) -> None:
    (tmp_path / "Shed.scrapbox").write_bytes(text.encode())
    result = run(tmp_path / "Shed.scrapbox", "--to", "notation")
    assert (result.stdout_bytes, result.stderr) == (text.encode(), "")
    run(tmp_path, "-o", tmp_path / "p.json", "--to", "json", "--project", "garden")
    again = run(tmp_path / "p.json", "--to", "notation").stdout_bytes.decode()
    assert again == text.replace("\r\n", "\n").removesuffix("\n") + "\n"


def test_json_keeps_lines_users_and_times(tmp_path: Path) -> None:
    lines = [
        {"id": f"{at:024x}", "text": row, "userId": f"u{at}", "created": at, "updated": 9 + at}
        for at, row in enumerate(["Shed", "code:a", "\tx", "\ty", "table:", " [a]", "[b]"], 1)
    ]
    page = {"title": "Shed", "id": "a" * 24, "created": 5, "updated": 6, "lines": lines}
    export = {
        "name": "garden",
        "displayName": "The garden",
        "exported": 7,
        "users": [{"id": "u1", "name": "mio", "displayName": "Mio", "email": "mio@garden.test"}],
        "pages": [page],
    }
    write(tmp_path, e__json=json.dumps(export))
    result = run(tmp_path / "e.json", "--to", "json")
    assert json.loads(result.stdout) == export
    assert "e-mail addresses" in result.stderr
    run_command("unpack", tmp_path / "e.json", tmp_path / "wiki", code=0)
    result = run(tmp_path / "wiki", "--to", "json")
    for line in lines:
        del line["userId"], line["created"]  # locks are published, and have no people
    assert json.loads(result.stdout)["pages"] == [page]
    assert result.stderr == ""


def test_plain_myst(tmp_path: Path) -> None:
    write(tmp_path, a__scrapbox="a\n[mio.icon]see [b] #c\n")
    result = run(tmp_path / "a.scrapbox", "--to", "myst")
    assert "{scrapbox:speech}" in result.stdout
    assert "sphinx_scrapbox" in result.stderr
    result = run(tmp_path / "a.scrapbox", "--to", "myst", "--plain")
    assert (result.stdout, result.stderr) == ("# a\n\n**mio:** see b \\#c\n", "")
    result = run(tmp_path / "a.scrapbox", "--to", "myst", "--plain", "--project", "garden")
    assert "[b](https://scrapbox.io/garden/b)" in result.stdout
    for name, own, link in (
        ("host", {"url": "https://wiki.example"}, "[b](https://wiki.example/garden/b)"),
        ("script", {"url": "javascript:x"}, "[b](https://scrapbox.io/garden/b)"),
        ("private", {"private": True}, "**mio:** see b "),
    ):
        lock = json.dumps({"scrapbox-lock": 1, "project": "garden", **own})
        files = {"a__scrapbox": "a\n[mio.icon]see [b] #c\n", "scrapbox__lock": lock}
        folder = write(tmp_path / name, **files)
        assert link in run(folder / "a.scrapbox", "--to", "myst", "--plain").stdout
    write(tmp_path, b__scrapbox="b\nwords\n")
    assert run(tmp_path / "b.scrapbox", "--to", "myst").stderr == ""
    assert "--plain needs" in refused(tmp_path / "a.scrapbox", "--to", "json", "--plain")


def test_gyazo(tmp_path: Path) -> None:
    image = "https://gyazo.com/" + "0a" * 16
    given = f"t\n[{image}]\n"
    text = run("-", "-f", "notation", "-t", "markdown", stdin=given).stdout
    assert f"![image]({image}/thumb/1000)" in text
    assert run("-", "-t", "notation", stdin=text).stdout == given


# -- what is there already -------------------------------------------------------------


def test_nothing_is_overwritten_unasked(wiki: Path, tmp_path: Path) -> None:
    out = write(tmp_path / "out", Soil__scrapbox="mine")
    message = refused(wiki, "-o", out, "--to", "notation")
    assert f"{out}/Soil.scrapbox would be replaced, so nothing was written" in message
    assert state(out) == {"Soil.scrapbox": "mine"}
    result = run(wiki, "-o", out, "--to", "notation", "--overwrite")
    assert result.exit_code == 0
    assert state(out)["Soil.scrapbox"] == "Soil\nx\n"
    assert "and 2 more" in refused(wiki, "-o", out, "--to", "notation")


def test_dry_run(wiki: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(wiki, "-o", out, "--to", "notation", "--dry-run")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"{out}/{name}.scrapbox" for name in ("Compost", "Soil", "old/Leaf mould")
    ]
    assert result.stderr.endswith("3 files would be written\n")
    assert not out.exists()


def test_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, a__scrapbox="a\nnew\n")
    out = write(tmp_path / "out", a__scrapbox="a\nold\n")

    def replace(path: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", replace)
    message = refused(tmp_path / "a.scrapbox", "-o", out, "--to", "notation", "--overwrite")
    assert f"cannot write {out}/a.scrapbox: No space left on device" in message
    assert state(out) == {"a.scrapbox": "a\nold\n"}


# -- what cannot be --------------------------------------------------------------------


def test_refused(wiki: Path, tmp_path: Path) -> None:
    assert "Missing argument" in refused("--to", "myst")
    assert "Missing option '-t'" in refused("-", stdin="")
    assert "does not exist" in refused(tmp_path / "none", "--to", "myst")
    assert "3 pages need a folder" in refused(wiki, "--to", "myst")
    assert "MyST can be written, but not read" in refused(
        wiki / "done.myst.md", "--to", "notation"
    )
    assert "cannot tell the format of" in refused(wiki / "notes.txt", "--to", "notation")
    assert "contains no wiki pages: " in refused(write(tmp_path / "empty"), "--to", "notation")
    (tmp_path / "latin.md").write_bytes(b"a\n\xe9")
    assert "latin.md:2: not UTF-8" in refused(tmp_path / "latin.md", "--to", "notation")
    write(tmp_path, broken__json='{"pages": ')
    assert "the file ends too early" in refused(tmp_path / "broken.json", "--to", "notation")
    page = wiki / "Soil.scrapbox"
    assert "is not a folder" in refused(
        page, "-o", wiki / "notes.txt" / "x.md", "--to", "markdown"
    )
    (tmp_path / "x" / "Soil.md").mkdir(parents=True)
    assert "is a folder" in refused(page, "-o", tmp_path / "x", "--to", "markdown")
    assert "- contains no wiki pages: " in refused(
        "-", "--from", "json", "--to", "myst", stdin='{"pages": []}'
    )


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, a__scrapbox="a\n")

    def read_bytes(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert "a.scrapbox: Permission denied" in refused(tmp_path / "a.scrapbox", "-t", "myst")


def test_progress_on_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, p__json=project(*(f"p{at}" for at in range(250))))
    lengths = []

    class Bar:
        def __enter__(self) -> Bar:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def update(self, steps: int) -> None:
            lengths[-1] -= steps

    def bar(*, length: int, **_: object) -> Bar:
        lengths.append(length)
        return Bar()

    monkeypatch.setattr("click.progressbar", bar)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with pytest.raises(SystemExit) as exit_info:
        main(["convert", str(tmp_path / "p.json"), "-o", str(tmp_path / "out"), "-t", "myst"])
    assert exit_info.value.code == 0
    assert lengths == [0, 0]
    assert len(state(tmp_path / "out")) == 250
    assert "250 files written" in capsys.readouterr().err


def test_real_pages_there_and_back(shared: Path, tmp_path: Path) -> None:
    run(shared / "exported", "-o", tmp_path / "native", "--to", "notation")
    run(tmp_path / "native", "-o", tmp_path / "back", "--to", "markdown", "--project", "nishio-en")
    originals = {}
    for path in (shared / "exported").glob("*.md"):
        text = path.read_bytes().decode()
        originals[read(text, "markdown").title] = text
    back = {read(text, "markdown").title: text for text in state(tmp_path / "back").values()}
    assert back.keys() == originals.keys()
    same = sum(back[title] == text for title, text in originals.items())
    assert len(originals) - same <= 9


def test_a_language_that_is_left_out_is_named(tmp_path: Path) -> None:
    (tmp_path / "Soil.md").write_text('---\ntitle: "Soil"\nlang: fr\n---\n\nTerre.\n', "utf-8")
    for form, count in (("notation", 1), ("myst", 1), ("markdown", 0)):
        result = run(tmp_path / "Soil.md", "-o", "-", "--to", form)
        assert result.stderr.count("1 page states its language") == count, form


def test_icons_without_a_project_are_named(tmp_path: Path) -> None:
    text = "Shed\n[mio.icon]hello\n done [ren.icon] [/tools/aki.icon]\n"
    write(tmp_path, Shed__scrapbox=text)
    page = tmp_path / "Shed.scrapbox"
    note = "note: 2 icons have no address, as the project is not known: add --project NAME\n"
    assert run(page, "--to", "markdown").stderr == note
    assert run(page, "--to", "markdown", "--project", "garden").stderr == ""
    assert run(page, "--to", "notation").stderr == ""
    write(tmp_path, Shed__scrapbox="Shed\n[/tools/aki.icon]\n")
    assert run(page, "--to", "markdown").stderr == ""


# -- what is recognised ----------------------------------------------------------------


def exported(title: str, *lines: str) -> str:
    return "\n".join(["---", f'title: "{title}"', "---", "", *lines])


RAW = "```{raw} html\nx\n```"


def test_folder_has_the_pages_of_a_build(tmp_path: Path) -> None:
    wiki = write(tmp_path / "wiki", Named__md=exported("Named"), Doubt__md=exported("Doubt", RAW))
    write(wiki / "sub", Doubt2__md=exported("Doubt2", RAW), hand__md=exported("By hand"))
    result = run(wiki, "-o", tmp_path / "out", "--to", "notation")
    assert sorted(state(tmp_path / "out")) == ["Doubt.scrapbox", "Named.scrapbox"]
    assert result.stderr == (
        f"note: {wiki}: skipped 2 hand-written .md files\n"
        f"note: {wiki}: 1 looks like a wiki page, but may be hand-written; see check "
        f"--explain: {wiki}/sub/Doubt2.md\n"
        "2 files written\n"
    )


def test_named_file_is_converted_with_a_note(tmp_path: Path) -> None:
    write(tmp_path, hand__md=exported("By hand", "words"))
    result = run(tmp_path / "hand.md", "--to", "notation")
    assert (result.exit_code, result.stdout) == (0, "By hand\nwords\n")
    assert f"note: {tmp_path}/hand.md: not a page of a wiki, because its front" in result.stderr
    assert run(tmp_path / "hand.md", "--from", "markdown", "--to", "notation").stderr == ""


def recognised(folder: Path) -> dict[str, bool]:
    folders = PageFolders()
    return {
        name: folders.answer(text, folder / name).is_page for name, text in state(folder).items()
    }


@pytest.mark.parametrize(
    "title",
    ["Shed", "a/b", "What now?", "nul", "...", "C:\\x", 'It\'s "x"', "\u7a2e" * 200, "a\tb", ".x"],
)
@pytest.mark.parametrize("text", ["words", RAW, "[ann.icon] says"])
def test_what_is_written_is_recognised(title: str, text: str, tmp_path: Path) -> None:
    write(tmp_path, p__json=project(title, title.upper() + "2", text=text))
    run(tmp_path / "p.json", "-o", tmp_path / "out", "--to", "markdown", "--project", "garden")
    made = recognised(tmp_path / "out")
    assert len(made) == 2
    assert all(made.values()), state(tmp_path / "out")


def test_file_of_another_name_gets_the_project(tmp_path: Path) -> None:
    write(tmp_path, c__scrapbox="Shed\nwords\n")
    out = tmp_path / "out" / "notes.md"
    command = (tmp_path / "c.scrapbox", "-o", out, "--to", "markdown")
    message = refused(*command)
    assert f"{out} would not be recognised as a wiki page, because its front" in message
    assert "--project" in message
    assert not out.exists()
    assert run(*command, "--project", "garden").exit_code == 0
    assert out.read_text("utf-8") == '---\ntitle: "Shed"\nproject: "garden"\n---\n\nwords'
    assert recognised(out.parent) == {"notes.md": True}


def test_file_among_pages_needs_no_project(tmp_path: Path) -> None:
    write(tmp_path, c__scrapbox="Shed\nwords\n", Named__md=exported("Named"))
    assert run(tmp_path / "c.scrapbox", "-o", tmp_path / "x.md", "-t", "markdown").exit_code == 0
    assert (tmp_path / "x.md").read_text("utf-8") == exported("Shed", "words")


def test_who_signs_elsewhere_decides_who_speaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signers, "MIN_SIGNED", 10)
    signed = "".join(f"dug a bed [{name}.icon]\n" for name in ("ada", "bo", "cy", "di", "ed"))
    wiki = write(
        tmp_path / "wiki",
        one__scrapbox=f"One\n{signed}",
        two__scrapbox=f"Two\n{signed}",
        tools__scrapbox="Tools\n[pump.icon]hums\n[ada.icon]listen\n",
    )
    assert run(wiki, "-o", tmp_path / "out", "--to", "myst").exit_code == 0
    made = (tmp_path / "out" / "Tools.myst.md").read_text(encoding="utf-8")
    assert "{scrapbox:icon}`pump`hums" in made
    assert "```{scrapbox:speech} ada\nlisten" in made
    alone = run(wiki / "tools.scrapbox", "--to", "myst")
    assert "```{scrapbox:speech} pump\nhums" in alone.stdout


def test_the_project_of_a_page_is_that_of_its_folder(tmp_path: Path) -> None:
    address = "https://scrapbox.io/api/pages/{}/mio/icon"
    icon = f"<img src='{address.format('garden')}' alt='mio.icon' height=\"19.5\"/>"
    write(tmp_path / "a", One__md=exported("One", icon), two__scrapbox="Two\n[mio.icon]\n")
    write(tmp_path / "b", three__scrapbox="Three\n[mio.icon]\n")
    result = run(tmp_path, "-o", tmp_path / "out", "--to", "markdown", "--project", "barn")
    assert result.exit_code == 0
    for file, project in (("a/Two.md", "garden"), ("b/Three.md", "barn")):
        assert address.format(project) in (tmp_path / "out" / file).read_text(encoding="utf-8")


# -- control characters ----------------------------------------------------------------

CONTROLS = "".join(map(chr, [*range(1, 9), *range(14, 32), 0x7F, 0xFFFE, 0xFFFF]))


def test_control_characters_return(tmp_path: Path) -> None:
    """From exported Markdown to notation and back, wherever they are."""
    text = f"""---
title: "A \x01 log"
---

Before {CONTROLS} after
- \x1b[31mred\x1b[0m [[a\x07 link]] [label \x0e]](https://example.org/\x0f) [a b] `\x10`
\x1b[1m> not quoted
log.txt

```txt
\x1b[32mok\x1b[0m \x00
```

t\x11
| a\x12 | b |
| -- | -- |
| \x13 | [[c\x14]] |
"""
    write(tmp_path, **{"A  log__md": text})
    native, back = tmp_path / "native", tmp_path / "back"
    to_native = run(tmp_path / "A  log.md", "-o", f"{native}/", "--to", "notation")
    assert "control" not in to_native.stderr
    (file,) = native.iterdir()
    assert file.name == "A  log.scrapbox"
    rows = file.read_text("utf-8").split("\n")
    assert rows[0] == "A \x01 log"
    assert f"Before {CONTROLS} after" in rows
    to_markdown = run(file, "-o", f"{back}/", "--to", "markdown")
    assert "control" not in to_markdown.stderr
    (page_file,) = back.iterdir()
    assert page_file.read_text("utf-8").rstrip("\n") == text.rstrip("\n")


def test_control_characters_that_separate_signs_are_removed(tmp_path: Path) -> None:
    """Readers remove them: what they separate must not become a sign."""
    write(tmp_path, Log__md='---\ntitle: "Log"\n---\n\n[\x08[a link]]\n')
    result = run(tmp_path / "Log.md", "-o", "-", "--to", "notation")
    assert "removed control character U+0008" in result.stderr
    assert result.stdout.rstrip("\n") == "Log\n[a link]"
