"""Options that several commands share, and what they mean: which pages, which wiki, which account.

Each decorator adds its options to a command and passes their values on as one argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from functools import wraps
from pathlib import Path
from typing import Any

import click

from sphinx_scrapbox.formats.evidence.page_globs import PageGlobs
from sphinx_scrapbox.snapshot.filenames import HOSTS, Host
from sphinx_scrapbox.snapshot.selection import Selection

Decorator = Callable[[Callable[..., None]], Callable[..., None]]


def close_name(name: str, names: Iterable[str]) -> str:
    """The end of a message about a mistyped *name*: the closest of *names*; "" if none is."""
    close = get_close_matches(name, sorted(names), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def grouped(name: str, make: Callable[..., object], *options: Decorator) -> Decorator:
    """A decorator that passes the values of *options*, through *make*, as one argument *name*."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        names: list[str] = []

        @wraps(command)
        def grouping(**values: Any) -> None:
            group = make(**{option: values.pop(option) for option in names})
            command(**{name: group}, **values)

        decorated: Callable[..., None] = grouping
        for option in reversed(options):
            decorated = option(decorated)
        # click keeps the options of a command on the function until the command is made.
        added = getattr(decorated, "__click_params__", [])[-len(options) :]
        names.extend(str(option.name) for option in added)
        return decorated

    return decorate


def paths_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """One or more files and folders of pages, passed on as ``paths``."""
    path = click.Path(exists=True, path_type=Path)
    return click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=path)(command)


def output_option(help: str) -> Decorator:
    """The file for a report; None for standard output."""
    file = click.Path(dir_okay=False)
    return click.option("-o", "--output", type=file, metavar="FILE", help=help)


def format_option(*names: str, help: str) -> Decorator:
    """The form of a report, passed on as ``report_format``; the first of *names* by default."""
    choice = click.Choice(names)
    return click.option(
        "--format", "report_format", type=choice, default=names[0], show_default=True, help=help
    )


def _hosts(
    context: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> tuple[Host, ...]:
    names = [name.strip() for value in values for name in value.split(",")]
    if unknown := [name for name in names if name not in HOSTS]:
        raise click.BadParameter(f"no host {unknown[0]!r}; known are {', '.join(HOSTS)}")
    return tuple(host for name, host in HOSTS.items() if name in names)


def hosts_option(help: str) -> Decorator:
    """Hosts with rules for names of files, passed on as ``hosts``; without the option none."""
    return click.option(
        "--for",
        "hosts",
        multiple=True,
        callback=_hosts,
        metavar="HOSTS",
        help=f"{help}: {', '.join(HOSTS)} (names separated by commas; may be repeated).",
    )


def _projects(
    context: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    projects = []
    for value in values:
        glob, sign, name = value.rpartition("=")
        if not name or (sign and not glob):
            raise click.BadParameter(f"must be NAME or GLOB=NAME, not {value!r}")
        projects.append((glob, name.strip("/")))
    return tuple(projects)


project_option: Decorator = click.option(
    "--project",
    "projects",
    multiple=True,
    callback=_projects,
    metavar="[GLOB=]NAME",
    help="The wiki of the files whose path matches, such as '*/ja/*=garden', or of pages whose "
    "wiki is not known otherwise (may be repeated; the first match counts).",
)
pages_option: Decorator = click.option(
    "--pages",
    multiple=True,
    metavar="GLOB",
    help="Files to read as wiki pages although they are not recognised, as in scrapbox_pages: "
    "those whose path matches, such as '*/wiki/*' (may be repeated).",
)
globs_option = grouped("globs", PageGlobs, project_option, pages_option)
"""What conf.py tells a build of pages and their wikis, passed on as a :class:`.PageGlobs`."""


def _selection(
    tags: tuple[str, ...],
    exclude_tags: tuple[str, ...],
    titles: tuple[str, ...],
    around: tuple[str, ...],
    hops: int | None,
) -> Selection:
    if hops is not None and not around:
        raise click.UsageError("--hops needs --around, which names the page to count from")
    return Selection(tags, exclude_tags, titles, around, 1 if hops is None else hops)


selection_options = grouped(
    "selection",
    _selection,
    click.option("--tag", "tags", multiple=True, help="Only pages with this #tag or [link]."),
    click.option("--exclude-tag", "exclude_tags", multiple=True, help="No pages with this tag."),
    click.option(
        "--title",
        "titles",
        metavar="GLOB",
        multiple=True,
        help="Only pages whose title matches, such as 'Garden *'.",
    ),
    click.option(
        "--around",
        metavar="TITLE",
        multiple=True,
        help="Only this page and the pages connected with it by links, in either direction.",
    ),
    click.option(
        "--hops",
        type=click.IntRange(0),
        help="How many links away from --around a page may be (default: 1).",
    ),
)


def selection_arguments(selection: Selection) -> list[str]:
    """The arguments that stand for *selection*, the reverse of :data:`selection_options`."""
    named = {
        "--tag": selection.tags,
        "--exclude-tag": selection.exclude_tags,
        "--title": selection.titles,
        "--around": selection.around,
    }
    words = [word for name, values in named.items() for value in values for word in (name, value)]
    return [*words, "--hops", str(selection.hops)] if selection.around else words
