"""How commands reach a wiki: options for its server, credential and rate, and what can fail.

Apart from the other options, as only ``pull`` and ``status`` have to load requests.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import click

from sphinx_scrapbox.cli.options import grouped
from sphinx_scrapbox.cli.output import Failure, hiding, say
from sphinx_scrapbox.remote import credentials
from sphinx_scrapbox.remote.addresses import server_of, split_address
from sphinx_scrapbox.remote.api import Api, ProjectInfo
from sphinx_scrapbox.remote.client import Client
from sphinx_scrapbox.remote.errors import ClientError, printable
from sphinx_scrapbox.remote.listing import FolderComparison, PageStatus, PullError
from sphinx_scrapbox.remote.pacing import Pace
from sphinx_scrapbox.snapshot import Lock
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN


def _server(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    try:
        return None if value is None else server_of(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@dataclass(frozen=True, slots=True)
class Connection:
    """How a command reaches a wiki: its server if named, the credential, the request rate."""

    origin: str | None
    credential_file: Path | None
    private: bool | None = None
    rate: float | None = None

    def credential(self) -> credentials.Credential | None:
        """The credential that is sent, if any; only one server may get it."""
        try:
            return credentials.find_credential(os.environ, self.credential_file)
        except credentials.CredentialError as error:
            raise Failure(str(error)) from error

    @contextmanager
    def open(self, project: str, origin: str) -> Iterator[Api]:
        """The API of a project; a failed request ends the command with a message.

        Nothing that is printed meanwhile contains the credential.
        """
        pace = click.get_current_context().find_object(Pace) or Pace()
        if self.rate:
            pace = replace(pace, per_second=self.rate)
        try:
            with Client(origin, self.credential(), pace) as client, hiding(client.hide_credential):
                try:
                    yield Api(client, project)
                except (ClientError, PullError) as error:
                    raise Failure(str(error)) from error
        except ClientError as error:  # no client for this address
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


def locked_address(lock: Lock, place: Path) -> str:
    """The server that the pages of a lock file are from, in a form that is safe to paste.

    A lock file may have been written by anyone.

    :raises Failure: if it is not the address of a server.
    """
    if not lock.url:
        return DEFAULT_ORIGIN
    try:
        address = server_of(lock.url)
    except ValueError:
        address = ""
    if not _IN_SHELL.fullmatch(address):
        raise Failure(
            f"{place} says that its pages are from {printable(repr(lock.url))}, which is not the "
            "address of a server, so nothing was requested"
        )
    return address


class WikiProject(NamedTuple):
    """A project and the server of its wiki."""

    project: str
    origin: str

    @property
    def url(self) -> str:
        """The address of the project, for people."""
        return f"{self.origin}/{self.project}"


_HOSTS = ("scrapbox.io", "www.scrapbox.io")
"""The hosts of the default server."""


def is_address(text: str) -> bool:
    """Whether *text* can only be an address, with a scheme or with the wiki's host."""
    hosts = "|".join(map(re.escape, _HOSTS))
    return "://" in text or re.match(rf"(?:{hosts})/", text.strip()) is not None


def wiki_project(text: str, origin: str | None) -> WikiProject:
    """The project of a name, or of an address of the project or one of its pages.

    :param origin: the server that the user named apart from it, if any.
    :raises click.UsageError: if *text* is neither, or both name a server and these differ.
    """
    name = text.strip()
    if is_address(name) and "://" not in name:
        name = f"https://{name}"
    server = origin or DEFAULT_ORIGIN
    if "://" in name:
        parts = split_address(name)
        if parts is None or "@" in parts.netloc:
            raise click.UsageError(f"{printable(text)} is not the address of a project")
        server = server_of(f"{parts.scheme}://{parts.netloc}")
        if parts.hostname in _HOSTS:
            server = DEFAULT_ORIGIN
        if origin and server != origin:
            raise click.UsageError(f"the address is on {server}, but --url names {origin}")
        name = unquote(parts.path.lstrip("/").partition("/")[0])
    if not name or "/" in name or set(name) <= {"."}:
        raise click.UsageError(
            f"{printable(text)!r} is not a project: PROJECT is a name, or an address such as "
            "https://scrapbox.io/NAME; --url names another server"
        )
    return WikiProject(name, server)


_IN_SHELL = re.compile(r"[a-z0-9:/._-]+|https?://\[[0-9a-f:]+\](?::[0-9]+)?")

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
    f"{', '.join(kind.value for kind in credentials.CredentialKind)}.",
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
    click.option(
        "--rate",
        type=click.FloatRange(0, min_open=True),
        metavar="NUMBER",
        help=f"Requests per second (default: {Pace().per_second:g}).",
    ),
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


def print_comparison(
    comparison: FolderComparison, *, left_out: int, as_json: bool = False
) -> None:
    """Each page that differs between the wiki and the folder, and the counts."""
    counts = {state.value: comparison.count(state) for state in PageStatus}
    different = [page for page in comparison.differences if page.state is not PageStatus.SAME]
    different.sort(key=lambda page: (list(PageStatus).index(page.state), page.title))
    if as_json:
        rows = [
            {"state": page.state.value, "title": page.title}
            | ({"was": page.was} if page.was else {})
            for page in different
        ]
        say(json.dumps({"version": 1, "counts": counts, "pages": rows}, indent=2))
        return
    for page in different:
        before = f"{page.was} -> " if page.was else ""
        say(printable(f"{page.state.value:<8} {before}{page.title}", max_length=1000))
    words = [f"{count} {state}" for state, count in counts.items()]
    if left_out:
        words.append(f"{left_out} left out")
    say(", ".join(words))
