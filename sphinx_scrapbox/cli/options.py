"""Which wiki a command asks, and on whose behalf."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

import click

from sphinx_scrapbox.cli.output import Failure
from sphinx_scrapbox.remote.api import About, Api
from sphinx_scrapbox.remote.client import Client, origin_of
from sphinx_scrapbox.remote.credentials import CredentialError, Kind, find_credential
from sphinx_scrapbox.remote.errors import ClientError
from sphinx_scrapbox.remote.pacing import Pace
from sphinx_scrapbox.snapshot.selection import Selection
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN

Command = Callable[..., None]


_OPTIONS = (
    click.option("--tag", "tags", multiple=True, help="Only pages with this #tag or [link]."),
    click.option("--exclude-tag", "exclude_tags", multiple=True, help="No pages with it."),
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
        help="Only this page and those that links connect with it, in either direction.",
    ),
    click.option(
        "--hops",
        type=click.IntRange(0),
        help="How many links away from --around a page may be; 1 if not given.",
    ),
)


def selection_options(command: Command) -> Command:
    """Give *command* the options that choose pages, as one argument ``selection``."""

    @wraps(command)
    def selecting(
        *,
        tags: tuple[str, ...],
        exclude_tags: tuple[str, ...],
        titles: tuple[str, ...],
        around: tuple[str, ...],
        hops: int | None,
        **more: Any,
    ) -> None:
        if hops is not None and not around:
            raise click.UsageError("--hops counts from a page: name it with --around")
        hops = 1 if hops is None else hops
        command(selection=Selection(tags, exclude_tags, titles, around, hops), **more)

    decorated: Command = selecting
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


def _origin(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        return origin_of(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


url_option = click.option(
    "--url",
    "origin",
    metavar="URL",
    callback=_origin,
    help=f"Where the wiki is, if not at {DEFAULT_ORIGIN}, such as https://wiki.example.",
)
credential_option = click.option(
    "--credential-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"Has a line NAME=value; NAME is one of {', '.join(kind.value for kind in Kind)}.",
)


rate_option = click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    metavar="NUMBER",
    help=f"How many requests to make in a second; {Pace().per_second:g} if not given.",
)


def has_credential(file: Path | None, environment: Mapping[str, str]) -> bool:
    """Whether there is something to send that only one server must get."""
    try:
        return find_credential(environment, file) is not None
    except CredentialError as error:
        raise Failure(str(error)) from error


@contextmanager
def connected(
    project: str,
    origin: str,
    credential_file: Path | None,
    environment: Mapping[str, str],
    rate: float | None = None,
) -> Iterator[Api]:
    """The API of a project; what fails in it ends the command with a message."""
    pace = click.get_current_context().find_object(Pace) or Pace()
    if rate:
        pace = replace(pace, per_second=rate)
    try:
        credential = find_credential(environment, credential_file)
        with Client(origin, credential, pace) as client:
            yield Api(client, project)
    except (CredentialError, ClientError) as error:
        raise Failure(str(error)) from error


def check_public(about: About, *, private: bool, doing: str) -> None:
    """Refuse a project that is not for everybody, unless that is what is wanted."""
    if about.public or private:
        return
    if about.public is None:
        why = f"the wiki does not tell whether {about.name!r} is public"
    else:
        why = f"{about.name!r} is not public"
    raise Failure(f"{why}: to {doing} all the same, say --private")
