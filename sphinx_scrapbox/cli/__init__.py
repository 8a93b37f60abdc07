"""``sphinx-scrapbox``: the command line. One module a command, loaded when it is asked for.

Exit codes: 0 done, 1 something was found (``check``, ``diff``, ``status``), 2 the call or the
input is not usable.
"""

from __future__ import annotations

from importlib import import_module

import click

from sphinx_scrapbox import __version__

_COMMANDS = ("pull", "status", "unpack", "convert", "check", "diff")


class _LazyGroup(click.Group):
    """A group whose commands are the modules beside this one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(f".{cmd_name}", __name__).command
        assert isinstance(command, click.Command)
        return command


# "\b" keeps click from filling the list as a paragraph.
_HELP = """Bring the pages of a Scrapbox (Cosense) wiki into a folder of documentation.

\b
pull     the pages of a project, from the wiki into one .scrapbox file a page
status   what changed in the wiki since a folder was filled
unpack   a project export (JSON) into one .scrapbox file a page
convert  pages between the wiki's notation, exported Markdown, JSON and MyST
check    a folder of pages for what readers would stumble over
diff     what changed between two folders, lock files or revisions of git
"""


@click.group(cls=_LazyGroup, help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sphinx-scrapbox")
def main() -> None:
    """Run the command line."""
