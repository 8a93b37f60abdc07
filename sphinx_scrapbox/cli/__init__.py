"""``sphinx-scrapbox``: the command line, one module per command.

The only folder that may import click and print. Exit codes: 0 success, 1 something was found
(``check``, ``coverage``, ``diff``, ``status``), 2 the arguments or the input cannot be used.
"""

from __future__ import annotations

from importlib import import_module

import click

from sphinx_scrapbox import __version__

_COMMANDS = {
    "init": "init.command",
    "pull": "pull",
    "status": "status",
    "unpack": "unpack",
    "convert": "convert.command",
    "rename": "rename",
    "check": "check",
    "diff": "diff",
    "coverage": "translations.coverage",
    "glossary": "translations.glossary",
}
"""The module of each command."""


class _LazyGroup(click.Group):
    """A group that imports a command's module when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f".{_COMMANDS[cmd_name]}", __name__).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            close_name = import_module(".options", __name__).close_name
            ctx.fail(f"no command {args[0]!r}{close_name(args[0], _COMMANDS)}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            output = import_module(".output", __name__)
            raise output.Failure(
                "interrupted: each file is as it was, or complete; run the same command again"
            ) from error


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sphinx-scrapbox")
def main() -> None:
    """Publish pages of a Scrapbox (Cosense) wiki in Sphinx documentation."""
