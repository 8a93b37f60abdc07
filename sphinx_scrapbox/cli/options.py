"""Options that several commands share, and what they mean: which pages, which wiki, which account.

Each decorator adds its options to a command and passes their values on as one argument.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Any

import click

from sphinx_scrapbox.cli.output import Failure
from sphinx_scrapbox.remote.addresses import server_of
from sphinx_scrapbox.remote.api import Api, ProjectInfo
from sphinx_scrapbox.remote.client import Client
from sphinx_scrapbox.remote.credentials import CredentialError, CredentialKind, find_credential
from sphinx_scrapbox.remote.errors import ClientError
from sphinx_scrapbox.remote.pacing import Pace
from sphinx_scrapbox.snapshot.selection import Selection
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN

Decorator = Callable[[Callable[..., None]], Callable[..., None]]


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


def _server(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        return server_of(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@dataclass(frozen=True, slots=True)
class Connection:
    """How a command reaches a wiki: its server if named, the credential, the request rate."""

    origin: str | None
    credential_file: Path | None
    private: bool | None = None
    rate: float | None = None

    def has_credential(self) -> bool:
        """Whether a credential would be sent, which only one server may get."""
        try:
            return find_credential(os.environ, self.credential_file) is not None
        except CredentialError as error:
            raise Failure(str(error)) from error

    @contextmanager
    def open(self, project: str, origin: str) -> Iterator[Api]:
        """The API of a project; a failed request ends the command with a message."""
        pace = click.get_current_context().find_object(Pace) or Pace()
        if self.rate:
            pace = replace(pace, per_second=self.rate)
        try:
            credential = find_credential(os.environ, self.credential_file)
            with Client(origin, credential, pace) as client:
                yield Api(client, project)
        except (CredentialError, ClientError) as error:
            raise Failure(str(error)) from error

    def check_access(self, project: ProjectInfo, *, doing: str) -> None:
        """Refuse a project that is not public, unless ``--private`` was given."""
        if project.public or self.private:
            return
        if project.public is None:
            reason = f"the wiki does not say whether {project.name!r} is public"
        else:
            reason = f"{project.name!r} is not public"
        raise Failure(f"{reason}: to {doing} anyway, add --private")


_URL = click.option(
    "--url",
    "origin",
    metavar="URL",
    callback=_server,
    help=f"The wiki's server, if it is not {DEFAULT_ORIGIN}, such as https://wiki.example.",
)
_CREDENTIAL_FILE = click.option(
    "--credential-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with a line NAME=value, where NAME is one of "
    f"{', '.join(kind.value for kind in CredentialKind)}.",
)
_RATE = click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    metavar="NUMBER",
    help=f"Requests per second (default: {Pace().per_second:g}).",
)

pull_connection = grouped(
    "connection",
    Connection,
    _URL,
    _CREDENTIAL_FILE,
    click.option(
        "--private/--public",
        default=None,
        help="Pull a project that is not public, and turn links to pages that are not in DIR into"
        " text; or let them lead to the wiki. DIR remembers the choice for links.",
    ),
    _RATE,
)
"""``connection`` for a command that copies pages."""

status_connection = grouped(
    "connection",
    Connection,
    _URL,
    _CREDENTIAL_FILE,
    click.option("--private", is_flag=True, help="List pages of a project that is not public."),
)
"""``connection`` for a command that lists pages."""
