"""Runs commands of ``sphinx-scrapbox`` in the process of the tests."""

from __future__ import annotations

from collections.abc import Mapping

from click.testing import CliRunner, Result
from wiki_server import HASTY

from sphinx_scrapbox.cli import main
from sphinx_scrapbox.remote.pacing import Pace


def run_command(
    *arguments: object,
    input: str | bytes | None = None,
    code: int | None = None,
    env: Mapping[str, str | None] | None = None,
    pace: Pace = HASTY,
) -> Result:
    """What a command writes and returns; it must not fail with a traceback.

    :param code: the exit code that it must have.
    :param pace: how it asks a wiki; by default without a pause.
    """
    result = CliRunner().invoke(main, [*map(str, arguments)], obj=pace, input=input, env=env)
    assert not isinstance(result.exception, Exception), result.exception
    assert code is None or result.exit_code == code, result.output
    return result
