"""``sphinx-scrapbox init``: make a site that can be built at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import click

from sphinx_scrapbox.cli.connection import Connection, pull_connection
from sphinx_scrapbox.cli.init import templates
from sphinx_scrapbox.cli.init.existing import Configuration
from sphinx_scrapbox.cli.init.facts import WikiFacts, read_facts
from sphinx_scrapbox.cli.init.origins import FolderOrigin, Origin, find_origin
from sphinx_scrapbox.cli.init.places import Places, choose_places
from sphinx_scrapbox.cli.init.site import extra_files, patterns, site_files
from sphinx_scrapbox.cli.options import grouped, selection_options
from sphinx_scrapbox.cli.output import Failure, command_line, print_notes, say
from sphinx_scrapbox.cli.pull import picture_options
from sphinx_scrapbox.cli.rename import rename_pages
from sphinx_scrapbox.snapshot.filenames import Host, refusals
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, PictureKind
from sphinx_scrapbox.snapshot.selection import Selection
from sphinx_scrapbox.wiki.text import terminal_safe

_OWN_REQUIREMENT = templates.requirements_txt("alabaster").strip()


@dataclass(frozen=True, slots=True)
class Choices:
    """What to make beside the site, and whether to make anything."""

    theme: str | None
    github_pages: bool
    gitlab_pages: bool
    versions: bool
    daily_pull: bool
    read_the_docs: bool
    add: bool
    every: bool
    rename: bool
    dry_run: bool


@click.command(short_help="Make a site from a wiki, an export or a folder of pages.")
@click.argument("source", metavar="[PROJECT | EXPORT.json | FOLDER]", default=".")
@click.argument(
    "folder",
    metavar="[DIR]",
    required=False,
    type=click.Path(file_okay=False, path_type=Path),
)
@grouped(
    "choices",
    Choices,
    click.option(
        "--theme",
        type=click.Choice(list(templates.THEMES)),
        help="The theme; by default the first of these that is installed.",
    ),
    click.option(
        "--github-pages", is_flag=True, help="Add a workflow that publishes the site on GitHub."
    ),
    click.option(
        "--gitlab-pages", is_flag=True, help="Add a pipeline that publishes the site on GitLab."
    ),
    click.option(
        "--versions", is_flag=True, help="Have these build each tag v* beside the main branch."
    ),
    click.option(
        "--daily-pull",
        is_flag=True,
        help="Add a workflow that opens a pull request when the wiki changes.",
    ),
    click.option("--read-the-docs", is_flag=True, help="Add .readthedocs.yaml."),
    click.option(
        "--add",
        is_flag=True,
        help="If DIR is a Sphinx project, add the pages, and lines to its conf.py.",
    ),
    click.option(
        "--all",
        "every",
        is_flag=True,
        help="Every Markdown file in FOLDER is a page of the wiki, recognised or not.",
    ),
    click.option(
        "--rename",
        is_flag=True,
        help="Give files of pages in FOLDER names that every host takes, as rename does.",
    ),
    click.option(
        "-n", "--dry-run", is_flag=True, help="Show what would happen, without changing anything."
    ),
)
@pull_connection
@selection_options
@picture_options
def command(
    source: str,
    folder: Path | None,
    choices: Choices,
    connection: Connection,
    selection: Selection,
    pictures: dict[PictureKind, bool | None],
) -> None:
    """Make a Sphinx site in DIR (default: docs) from the pages of a wiki.

    The pages come from a PROJECT of the wiki, by its name or address; from an export of a project
    (JSON), without network access; or from a FOLDER of exported Markdown or of .scrapbox files,
    by default the current one. Pages of a FOLDER within DIR stay where they are.

    Written are conf.py, index.md, requirements.txt and .gitignore. Files that exist are kept. If
    DIR is a Sphinx project, only the lines are shown that its conf.py needs; --add adds them.

    \b
      sphinx-scrapbox init garden
      sphinx-scrapbox init https://scrapbox.io/garden handbook --github-pages --daily-pull
      sphinx-scrapbox init garden.json
      sphinx-scrapbox init docs/wiki --dry-run

    Exit codes: 0 success, 2 the arguments, the wiki or a file cannot be used: the message says
    why.
    """  # noqa: D301 -- click needs the backslash
    origin = find_origin(source, connection, selection, pictures, every=choices.every)
    places = choose_places(origin, folder)
    if connection.private and (
        choices.github_pages or choices.gitlab_pages or choices.read_the_docs
    ):
        print_notes(
            [
                "the pages are private, but a published site may be open to everyone: restrict "
                "access to it first"
            ]
        )
    if choices.dry_run:
        say(f"would {terminal_safe(origin.plan(places.wiki))}")
    if places.conf.exists():
        _extend(origin, places, choices)
    else:
        _create(origin, places, choices)


def _create(origin: Origin, places: Places, choices: Choices) -> None:
    """Make a new site."""
    extras = extra_files(origin, places, choices)
    if choices.dry_run and not _is_here(origin, places):
        for name in ("conf.py", "index.md", "requirements.txt", ".gitignore"):
            _say_file(places.site / name, is_dry=True)
        _write(extras, is_dry=True)
        return
    if not choices.dry_run:
        with _without_empty_folder(places.site):
            origin.bring(places.wiki)
    _rename(origin, places, choices, is_published=False)
    facts = read_facts(places.wiki, _hand_written(origin, places))
    _say_facts(origin, places, facts)
    theme = choices.theme or templates.installed_theme()
    files = site_files(origin, places, facts, theme, read_the_docs=choices.read_the_docs)
    _write(files | extras, is_dry=choices.dry_run)
    if not choices.dry_run:
        _say_next(origin, places, needs_install=not templates.is_installed(theme))


@contextmanager
def _without_empty_folder(folder: Path) -> Iterator[None]:
    """Remove *folder* if it was made meanwhile, and is empty after a failure."""
    is_new = not folder.exists()
    try:
        yield
    except BaseException:
        if is_new:
            with suppress(OSError):  # not empty
                folder.rmdir()
        raise


def _rename(origin: Origin, places: Places, choices: Choices, *, is_published: bool) -> None:
    """Rename pages of a folder if that was asked for, or say that it can be done.

    Pages from the wiki and from exports have names that every host takes.

    :param is_published: whether the pages may have addresses that are in use.
    """
    if not isinstance(origin, FolderOrigin):
        return
    if choices.rename:
        rename_pages(
            places.wiki,
            tuple(Host),
            every=not _hand_written(origin, places),
            redirects=is_published,
            dry_run=choices.dry_run,
        )
        return
    refused = sum(bool(refusals(PurePosixPath(name).stem)) for name in origin.files)
    if refused:
        options = ["--all"] if choices.every else []
        folder = command_line(places.wiki.as_posix(), *options)
        print_notes(
            [
                f"some hosts refuse the names of {refused} of these files; to rename them, run "
                f"sphinx-scrapbox rename {terminal_safe(folder)}"
            ]
        )


def _is_here(origin: Origin, places: Places) -> bool:
    """Whether the pages are already where the site has them."""
    return isinstance(origin, FolderOrigin) and origin.path == places.wiki


def _hand_written(origin: Origin, places: Places) -> frozenset[str]:
    """The Markdown files in the folder of pages that are no pages."""
    if isinstance(origin, FolderOrigin) and origin.path == places.wiki:
        return origin.hand_written
    return frozenset()


def _extend(origin: Origin, places: Places, choices: Choices) -> None:
    """Say what a Sphinx project needs for the pages, or add it."""
    conf = Configuration(places.conf)
    lines = conf.lines_to_add(patterns(origin, places), read_the_docs=choices.read_the_docs)
    extras = extra_files(origin, places, choices)
    changes = choices.add and not choices.dry_run
    if changes:
        origin.bring(places.wiki)
        _rename(origin, places, choices, is_published=_is_here(origin, places))
        _say_facts(origin, places, read_facts(places.wiki, _hand_written(origin, places)))
    if lines and changes:
        conf.add(lines)
        say(f"added to {conf.path}:")
    elif lines:
        say(f"{places.site} is a Sphinx project. Add to {conf.path}:")
    else:
        say(f"{conf.path} needs no change")
    for line in lines:
        say(f"    {line}")
    _write(extras, is_dry=choices.dry_run)
    _say_requirements(places, choices)
    if not choices.add:
        _say_add(origin, places, has_lines=bool(lines))
        return
    say(f"Add to the requirements of your documentation: {_OWN_REQUIREMENT}")
    if changes:
        _say_next(origin, places)


def _say_requirements(places: Places, choices: Choices) -> None:
    """Say that the files for services install from a file that is not there."""
    file = places.site / "requirements.txt"
    installs = choices.github_pages or choices.gitlab_pages or choices.read_the_docs
    if installs and not file.exists():
        print_notes(
            [
                f"{file} does not exist, but these files install packages from it: create it, and "
                f"list {_OWN_REQUIREMENT}, your theme and your extensions"
            ]
        )


def _say_add(origin: Origin, places: Places, *, has_lines: bool) -> None:
    """Say what ``--add`` would do."""
    if not has_lines and (places.wiki / LOCK_NAME).exists():
        update = origin.update_command(places.wiki.as_posix())
        if update:
            say(f"To update the pages: {terminal_safe(update)}")
    elif not _is_here(origin, places):
        also = "add this, and " if has_lines else ""
        say(f"With --add, init would {also}{terminal_safe(origin.plan(places.wiki))}")
    elif has_lines:
        say("With --add, init would add this")


def _say_facts(origin: Origin, places: Places, facts: WikiFacts) -> None:
    """For each folder of pages the project that it was taken for, and the language of the site."""
    for name, folder_project in facts.folders.items():
        place = places.wiki / name
        what = (
            f"pages of the wiki {folder_project.project}"
            if folder_project.project
            else "pages of unknown wikis"
        )
        say(terminal_safe(f"{place}: {what}, because {folder_project.reason}"))
    say(terminal_safe(f"language: {facts.language}, because {facts.language_reason}"))
    if isinstance(origin, FolderOrigin) and origin.unrecognised:
        files = [f"{name} is not recognised as an exported page" for name in origin.unrecognised]
        print_notes([terminal_safe(f"{file}, but is shown as one") for file in files])
    print_notes(
        [
            terminal_safe(f"{places.wiki / name} is not UTF-8, so Sphinx cannot read it")
            for name in facts.undecodable
        ]
    )
    if facts.has_markdown and not facts.projects:
        print_notes(
            [
                "the pages do not name their wiki: set scrapbox_project in conf.py to link "
                "missing pages to it"
            ]
        )


def _say_file(path: Path, *, is_dry: bool, text: str = "") -> None:
    shown = _relative_to_here(path)
    if path.exists():
        # A workflow that was made with other options is replaced only if the user deletes it.
        is_other = path.suffix in {".yml", ".yaml"} and path.read_bytes() != text.encode()
        hint = ": delete it first to get a new one" if text and is_other else ""
        say(f"kept     {shown}, which exists{hint}")
    else:
        say(f"{'would write' if is_dry else 'written '} {shown}")


def _relative_to_here(path: Path) -> Path:
    """A file as it is named from the current folder, if it is in it."""
    here = Path().resolve()
    absolute = path.resolve()
    return absolute.relative_to(here) if absolute.is_relative_to(here) else path


def _write(files: dict[Path, str], *, is_dry: bool) -> None:
    """Write those of *files* that do not exist."""
    for path, text in files.items():
        _say_file(path, is_dry=is_dry, text=text)
        if is_dry or path.exists():
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except OSError as error:
            raise Failure(f"cannot write {path}: {error.strerror}") from error


def _say_next(origin: Origin, places: Places, *, needs_install: bool = False) -> None:
    site = places.site.as_posix()
    requirements = places.site / "requirements.txt"
    out = f"{site}/_build/html" if site != "." else "_build/html"
    say("")
    say("Next:")
    if needs_install:
        say(f"    python -m pip install -r {command_line(requirements.as_posix())}")
    say(f"    sphinx-build -W {command_line(site, out)}")
    say(f"    python -m http.server --directory {command_line(out)}")
    if update := origin.update_command(places.wiki.as_posix()):
        say(f"To update the pages later: {terminal_safe(update)}")
