"""What readers of the documentation do."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from sphinx.cmd.build import build_main


def build_site(arguments: Sequence[str]) -> str:
    """What ``sphinx-build`` prints.

    :raises AssertionError: if the build fails.
    """
    out = StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        code = build_main([*arguments, "--no-color"])
    assert code == 0, out.getvalue()
    return out.getvalue()
