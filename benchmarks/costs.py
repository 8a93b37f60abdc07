"""What a process costs: CPU and wall seconds and peak memory, its children's included."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Cost(NamedTuple):
    """CPU and wall seconds, peak memory of the largest process in MiB."""

    cpu: float
    wall: float
    memory: float


class CommandError(Exception):
    """A command that failed, or was stopped after its time limit; says which, without paths."""

    stderr = ""
    """The end of what it wrote to standard error."""


def run(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    folder: Path | None = None,
    limit: float | None = None,
) -> Cost:
    """The cost of a command and of all processes that it waited for; it prints nothing.

    After *limit* seconds, the command and its processes are ended. Raises CommandError.
    """
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            env=env,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            process_group=0,
        )
        expired = threading.Event()

        def stop() -> None:
            expired.set()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(limit, stop) if limit else None
        if timer:
            timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        finally:
            if timer:
                timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
        if expired.is_set():
            raise CommandError(f"stopped after {limit:.0f} s")
        if process.returncode:
            error = CommandError(f"failed with exit code {process.returncode}")
            errors.seek(max(0, errors.tell() - 2000))
            error.stderr = errors.read().decode(errors="replace")
            raise error
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)
