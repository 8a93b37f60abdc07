"""A build in a process of its own that is killed at a chosen moment.

A moment is told by what was done before it: how many files of the output and the doctrees were
opened for writing, renamed or removed. So it does not depend on how fast the machine is.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sites import Site

needs_kill = pytest.mark.skipif(
    not hasattr(signal, "SIGKILL"), reason="SIGKILL is a signal of POSIX"
)


class Moment(NamedTuple):
    """Just before the file of this number (from 0) is touched, of those that count.

    ``torn``: it is opened before, and so left empty. ``counts`` is a regular expression which the
    path of a file must match, that begins with the name of its folder of output, or "doctrees".
    """

    number: int
    torn: bool = False
    counts: str = ""


def killed_build(
    site: Site,
    builder: str,
    moment: Moment,
    *,
    target: str = "_build",
    only: Sequence[str] = (),
    parallel: int = 0,
    **config: Any,
) -> str:
    """Kill a build, and say before which file; "" if it was done before the moment came.

    *config* must survive JSON. With *parallel* processes, each counts what it does itself.
    """
    build = {"target": target, "only": only, "parallel": parallel, **config}
    report = site.src.parent / "killed-before"
    report.unlink(missing_ok=True)
    arguments = [str(site.src), str(report), builder, json.dumps(moment), json.dumps(build)]
    process = subprocess.run(
        [sys.executable, __file__, *arguments],
        start_new_session=True,  # its workers are killed with it
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=600,
        check=False,
    )
    if process.returncode == -signal.SIGKILL:
        return report.read_text(encoding="utf-8")
    assert process.returncode == 0, process.stdout.decode()
    return ""


def _kill_at(moment: Moment, folder: Path, report: Path) -> None:
    """Have this process and its workers killed at a moment."""
    root = f"{folder}{os.sep}"
    counts = re.compile(moment.counts)
    count = 0
    is_busy = False

    def look(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal count, is_busy
        if is_busy or event not in ("open", "os.rename", "os.remove"):
            return
        path = arguments[0]
        if event == "open" and not arguments[2] & (os.O_WRONLY | os.O_RDWR):
            return
        if not isinstance(path, str | bytes | os.PathLike):
            return
        name = os.fsdecode(path)
        if not name.startswith(root) or not counts.match(name.removeprefix(root)):
            return
        is_busy = True
        if count == moment.number:
            report.write_text(Path(name).relative_to(folder).as_posix(), encoding="utf-8")
            if moment.torn and event == "open":
                Path(name).write_bytes(b"")
            os.killpg(0, signal.SIGKILL)
        count += 1
        is_busy = False

    sys.addaudithook(look)


if __name__ == "__main__":
    source, report, builder, *values = sys.argv[1:]
    moment, build = map(json.loads, values)
    here = Path(source)
    _kill_at(Moment(*moment), Path(f"{here}{build['target']}"), Path(report))
    Site(here).build(builder, **build)
