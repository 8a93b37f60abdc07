"""The options that choose pages, the same in all commands that do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from ..selection import Selection

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
