"""``sphinx-scrapbox convert``: convert pages between formats."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click

from sphinx_scrapbox import formats
from sphinx_scrapbox.cli.convert.controls import (
    restored,
    stripped,
    with_hidden_controls,
)
from sphinx_scrapbox.cli.convert.inputs import Inputs, PageInput, find_inputs
from sphinx_scrapbox.cli.options import globs_option
from sphinx_scrapbox.cli.output import Failure, print_notes, progress, say
from sphinx_scrapbox.formats.evidence.page_globs import PageGlobs
from sphinx_scrapbox.formats.markdown import write_markdown
from sphinx_scrapbox.formats.project import write_project
from sphinx_scrapbox.snapshot.filenames import file_key, file_stem
from sphinx_scrapbox.snapshot.folder import PageFolders
from sphinx_scrapbox.snapshot.transaction import write_file
from sphinx_scrapbox.wiki import Page, key
from sphinx_scrapbox.wiki.ast import Icon, walk
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN

_NATIVE = ("notation", "json")
_NEEDS_EXTENSION = re.compile(r"\{scrapbox:|(?<!\\)\[\[")


@click.command(short_help="Convert pages between notation, exported Markdown, JSON and MyST.")
@click.argument(
    "inputs",
    metavar="INPUT...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, allow_dash=True),
)
@click.option(
    "-o",
    "--output",
    metavar="OUTPUT",
    default="-",
    help="A file for one page or for JSON, else a folder; - is standard output, and the default.",
)
@click.option(
    "-t",
    "--to",
    "target",
    required=True,
    type=click.Choice([*formats.FORMATS]),
    help="The format to write.",
)
@click.option(
    "-f",
    "--from",
    "source",
    type=click.Choice([name for name in formats.FORMATS if name != "myst"]),
    help="The format of the input, if neither file name nor content shows it.",
)
@globs_option
@click.option(
    "--plain",
    is_flag=True,
    help="For myst: use no role or directive of this extension, only what MyST has itself.",
)
@click.option("--overwrite", is_flag=True, help="Replace existing files.")
@click.option("-n", "--dry-run", is_flag=True, help="List the files, but do not write them.")
def command(
    inputs: tuple[str, ...],
    output: str,
    target: str,
    source: str | None,
    globs: PageGlobs,
    **flags: bool,
) -> None:
    """Convert wiki pages between formats.

    \b
      markdown  exported Markdown (.md), one page per file
      notation  the wiki's own notation (.scrapbox), one page per file
      json      a project export (.json), which the wiki can import: many pages
      myst      clean MyST (.myst.md), to be edited by hand; output only; see --plain

    INPUT is files, or folders with all pages in them and below; - is standard input. The format
    of a file is recognised by its name, otherwise by its content. Of the .md files in a folder,
    those that a build recognises as wiki pages are converted and others are skipped. Exported
    Markdown is written so that a build recognises it.
    Files are named after the titles of their pages, and subfolders are kept. Existing files are
    replaced only with --overwrite; each file is written atomically.

    Native notation and JSON keep each row as it is; JSON keeps users, ids and times of lines.
    Exported Markdown converts to either line by line, and back to the same text. From native
    notation to Markdown a page keeps its words, lines and links, but no underlining, for example.

    \b
      sphinx-scrapbox convert docs/wiki -o native --to notation
      sphinx-scrapbox convert garden.json -o docs/wiki --to myst --dry-run
      sphinx-scrapbox convert docs/wiki -o g.json --to json --project garden
      curl -s "$PAGE" | sphinx-scrapbox convert - --from notation --to markdown

    Exit codes: 0 success; 2 the arguments or an input cannot be used, and nothing was written, or
    a file cannot be written, and the files before it were.
    """  # noqa: D301 -- click needs the backslash
    if flags["plain"] and target != "myst":
        raise Failure("--plain needs --to myst")
    page_inputs = find_inputs(inputs, source, output, globs)
    sources, notes, project = page_inputs.pages, page_inputs.notes, globs.default
    if not sources:
        raise _no_pages(inputs)
    if output == "-" and target != "json" and len(sources) > 1:
        raise Failure(f"{len(sources)} pages need a folder: name one with --output")
    pages = _pages(sources, target, project, notes)
    if target == "json":
        text = _project((each.page for each in pages), project, page_inputs, notes)
        name = f"{file_stem(project or 'project')}.json"
        writes = [_Write(Path(output, name) if _is_folder(output) else Path(output), text)]
    else:
        writes = list(_writes(pages, sources, target, output, plain=flags["plain"]))
        notes += _needs_of(writes, target)
    print_notes(notes)
    if output == "-":
        sys.stdout.buffer.write(writes[0].text.encode())
        return
    _check(writes, overwrite=flags["overwrite"])
    if target == "markdown":
        writes = list(_as_pages(writes))
    _save(writes, dry_run=flags["dry_run"])


def _no_pages(inputs: Sequence[str]) -> Failure:
    return Failure(
        f"{', '.join(inputs)} contains no wiki pages: check --explain says what the files are, "
        "and --from markdown takes all Markdown files for pages"
    )


class _Converted(NamedTuple):
    """A page in the terms of the form that it goes to, and its project, if that is known.

    Control characters may be hidden in the page.
    """

    source: PageInput
    page: Page
    project: str
    has_controls: bool = False

    def write(self, write: Callable[[Page], str]) -> str:
        """The text of the page, with its control characters."""
        text = write(self.page)
        return restored(text) if self.has_controls else text

    @property
    def title(self) -> str:
        """The title without control characters."""
        return stripped(self.page.title) if self.has_controls else self.page.title


class _Write(NamedTuple):
    """A file, its content, and the page if the content is one."""

    path: Path
    text: str
    converted: _Converted | None = None


def _pages(
    sources: Sequence[PageInput], target: str, project: str, notes: list[str]
) -> Iterator[_Converted]:
    unaddressed = stating = 0
    with progress(len(sources), "Converting") as step:
        for source in sources:
            page = source.read(source.text)
            is_native = source.kind in _NATIVE
            own = page.project or source.project or project
            stating += bool(page.language) and target != "markdown"
            problems = page.problems
            page = formats.converted(replace(page, project=own), source.kind, target)
            hidden = _with_controls(source, target, own)
            page = hidden or page
            are_kept = hidden is not None or (is_native and target in _NATIVE)
            notes += (
                f"{source.label}:{each.line}: {each.message}"
                for each in problems
                if not (are_kept and each.kind == "control_character")
            )
            if target == "markdown" and is_native and not page.project:
                icons = (node for node in walk(page) if isinstance(node, Icon))
                unaddressed += sum(not icon.project for icon in icons)
            yield _Converted(source, page, own, hidden is not None)
            step()
    if unaddressed:
        icons_have = "1 icon has" if unaddressed == 1 else f"{unaddressed} icons have"
        notes.append(f"{icons_have} no address, as the project is not known: add --project NAME")
    if stating:
        pages_state = "1 page states its" if stating == 1 else f"{stating} pages state their"
        notes.append(f"{pages_state} language, which only exported Markdown can: it is left out")


def _with_controls(source: PageInput, target: str, project: str) -> Page | None:
    """The page with its control characters hidden in it; None if it has none to keep."""
    if {source.kind, target} != {"markdown", "notation"}:
        return None

    def convert(text: str) -> Page:
        read = replace(source.read(text), project=project)
        return formats.converted(read, source.kind, target)

    return with_hidden_controls(source.text, convert, formats.writer_for(target, ()))


def _project(pages: Iterable[Page], name: str, inputs: Inputs, notes: list[str]) -> str:
    """The JSON of *pages*, with what only the JSON that they come from has."""
    users = {json.dumps(user): user for project in inputs.projects for user in project.users}
    if any(user.get("email") for user in users.values()):
        notes.append("the JSON contains the e-mail addresses of users, like its source")
    display_name, exported = "", 0
    if len(inputs.projects) == 1:
        project = inputs.projects[0]
        display_name = project.display_name if name in ("", project.name) else ""
        exported = project.exported
    return write_project(
        pages, name=name, display_name=display_name, exported=exported, users=users.values()
    )


def _writes(
    pages: Iterable[_Converted],
    sources: Sequence[PageInput],
    target: str,
    output: str,
    *,
    plain: bool = False,
) -> Iterator[_Write]:
    pages = list(pages)
    locks = {each.project: each.source.lock for each in pages if each.source.lock}
    origins = {
        project: "" if lock.private else lock.origin or DEFAULT_ORIGIN
        for project, lock in locks.items()
    }
    own = (each.page for each in pages)
    write = formats.writer_for(target, own, plain=plain, origins=origins)
    is_single = len(sources) == 1 and sources[0].folder is None
    if output == "-" or (is_single and not _is_folder(output)):
        for each in pages:
            yield _Write(Path(output), each.write(write), each)
        return
    taken: set[str] = set()
    for each in pages:
        source, title = each.source, each.title
        for salt in ("", key(title), source.label):
            name = file_stem(title, salt=salt) + formats.FORMATS[target].suffix
            path = Path(output) / (source.folder or "") / name
            folded = file_key(str(path))
            if folded not in taken:
                break
        taken.add(folded)
        yield _Write(path, each.write(write), each)


def _needs_of(writes: Sequence[_Write], target: str) -> Iterator[str]:
    """A note if the pages need this extension."""
    if target == "myst" and any(_NEEDS_EXTENSION.search(write.text) for write in writes):
        yield 'the MyST needs "sphinx_scrapbox" in extensions of conf.py; --plain needs nothing'


def _as_pages(writes: Sequence[_Write]) -> Iterator[_Write]:
    """*writes* of exported Markdown, changed so that builds and commands recognise all of them.

    Where neither the name of the file nor its folder tells, front matter names the project.
    """
    texts = {write.path: write.text for write in writes}
    # Files that will be replaced count with their new text.
    folders = PageFolders(lambda text, path: formats.recognise(texts.get(path, text), path.name))
    with_pages = {
        write.path.parent
        for write in writes
        if formats.recognise(write.text, write.path.name).alone.is_page
    }
    for write in writes:
        recognition = formats.recognise(write.text, write.path.name)
        has_pages = recognition.depends_on_folder and (
            write.path.parent in with_pages or folders.has_pages(write.path.parent)
        )
        answer = recognition.answer(has_pages=has_pages)
        if not answer.is_page and write.converted:
            if not write.converted.project:
                raise Failure(
                    f"{write.path} would not be recognised as a wiki page, because "
                    f"{answer.reason}: name its project with --project"
                )
            with_project = partial(write_markdown, project=write.converted.project)
            write = write._replace(text=write.converted.write(with_project))
        yield write


def _is_folder(output: str) -> bool:
    return output.endswith(("/", os.sep)) or Path(output).is_dir()


def _check(writes: Sequence[_Write], *, overwrite: bool) -> None:
    """Nothing is written unless all of it can be."""
    for path in (write.path for write in writes):
        if path.is_dir():
            raise Failure(f"cannot write {path}: it is a folder")
        parent = next(place for place in path.parents if place.exists())
        if not parent.is_dir():
            raise Failure(f"cannot write {path}: {parent} is not a folder")
    there = [str(write.path) for write in writes if write.path.exists()]
    if there and not overwrite:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        raise Failure(
            f"{there[0]}{more} would be replaced, so nothing was written: add --overwrite to allow"
            " this"
        )


def _save(writes: Sequence[_Write], *, dry_run: bool) -> None:
    same = 0
    with progress(0 if dry_run else len(writes), "Writing") as step:
        for path, text, _ in writes:
            data = text.encode()
            if path.exists() and path.read_bytes() == data:
                same += 1
            elif dry_run:
                say(str(path))
            else:
                _replace(path, data)
            step()
    count = len(writes) - same
    words = f"{count} file{'s' if count != 1 else ''}{' would be' if dry_run else ''} written"
    say(words + (f", {same} unchanged" if same else ""), err=True)


def _replace(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, data)
    except OSError as error:
        raise Failure(f"cannot write {path}: {error.strerror}") from error
