"""How much of a build runs in one process: the phases of a build, and Amdahl's law.

    python benchmarks/phases.py [COUNT] [--corpus CORPUS] [--jobs 1 2 4] [--runs 2]
        [--side SIDE] [--json FILE]

Builds a site of COUNT pages (4,000 if not given; see ``build.py``) afresh with each number of
processes in turn, RUNS times, and takes the run with the least CPU seconds. For each phase it
prints the CPU seconds of the main process, those of the workers, and wall seconds:

* start: imports, configuration, finding the files;
* reading: from text to doctrees;
* environment: ``env-updated``, pickling the environment, the check for consistency;
* writing: doctrees resolved, and written as HTML;
* finishing: indices, the search index, the inventory, ``build-finished``.

Work of the main process is serial: no further core makes it shorter. The serial share is that of
all CPU seconds of a build with two processes. The speed-up for N cores is the CPU seconds of a
build in one process over the serial seconds plus an N-th of those of the workers; the real one is
smaller where the main process waits for workers, and larger where both work at the same time.
The steps of the main process that took longest are named with it. A process more than there are
cores shows what more processes cost, not what more cores would gain.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from build import OURS, ROOT, SIDES, environment, write_site
from costs import CommandError, run
from results import Row, save
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.display import progress_message

PHASES = ("start", "reading", "environment", "writing", "finishing")
CORES = (2, 4, 8, 16)


def _seconds() -> tuple[float, float, float]:
    """CPU seconds of this process, those of its children that have ended, and the time."""
    times = os.times()
    children = times.children_user + times.children_system
    return time.process_time(), children, time.perf_counter()


class PhaseClock:
    """The seconds of each phase of a build, and those of steps of the main process."""

    def __init__(self) -> None:
        self._last = (0.0, 0.0, time.perf_counter() - time.process_time())
        self._main = os.getpid()
        self.phases: dict[str, dict[str, float]] = {}
        self.steps: dict[str, float] = defaultdict(float)

    def end(self, phase: str) -> None:
        """Note that a phase ends here."""
        here = _seconds()
        spent = [round(now - then, 3) for now, then in zip(here, self._last, strict=True)]
        self.phases[phase] = dict(zip(("main", "workers", "wall"), spent, strict=True))
        self._last = here

    def time(self, owner: Any, method: str, step: str) -> None:
        """Add the CPU seconds of all calls of a method to a step."""
        original = getattr(owner, method)

        def timed(*args: Any, **kwargs: Any) -> Any:
            start = time.process_time()
            try:
                return original(*args, **kwargs)
            finally:
                if os.getpid() == self._main:
                    self.steps[step] += time.process_time() - start

        setattr(owner, method, timed)

    def _end_of_event(self, app: Sphinx, env: BuildEnvironment) -> None:
        self.steps["env-updated"] += time.process_time() - self._last[0]

    def watch(self, app: Sphinx) -> None:
        """Note when phases of the build end."""

        def at(event: str, phase: str, priority: int) -> None:
            app.connect(event, lambda *_: self.end(phase), priority)

        at("env-before-read-docs", "start", 1_000_000)
        at("env-updated", "reading", -1_000_000)
        app.connect("env-updated", self._end_of_event, 1_000_000)
        at("write-started", "environment", -1_000_000)
        at("build-finished", "finishing", 1_000_000)
        self.time(app.builder, "write_doc_serialized", "collecting words and images of pages")
        finish: Callable[[], None] = app.builder.finish

        def finish_writing() -> None:
            self.end("writing")
            finish()

        app.builder.finish = finish_writing  # type: ignore[method-assign]

    def watch_steps(self) -> None:
        """Time the steps that Sphinx announces, and what it does for each page or worker."""
        self.time(BuildEnvironment, "merge_info_from", "merging what workers read")
        self.time(BuildEnvironment, "get_and_resolve_doctree", "resolving doctrees")
        starts: list[float] = []
        enter, leave = progress_message.__enter__, progress_message.__exit__

        def entered(message: progress_message) -> None:
            enter(message)
            starts.append(time.process_time())

        def left(message: progress_message, *error: Any) -> bool:
            self.steps[str(message.message)] += time.process_time() - starts.pop()
            return leave(message, *error)

        progress_message.__enter__ = entered  # type: ignore[method-assign]
        progress_message.__exit__ = left  # type: ignore[method-assign]


def timed_build(source: str, out: str, jobs: int) -> Row:
    """The phases and steps of a build in this process, whose first build it is."""
    clock = PhaseClock()
    clock.watch_steps()
    doctrees = f"{out}/.doctrees"
    app = Sphinx(source, source, out, doctrees, "html", status=None, warning=None, parallel=jobs)
    clock.watch(app)
    app.build()
    return {"phases": clock.phases, "steps": {k: round(v, 3) for k, v in clock.steps.items()}}


def serial_share(row: Row) -> float:
    """The share of the main process in the CPU seconds of a build with several processes."""
    serial, parallel = _sums(row)
    return serial / (serial + parallel)


def speed_up(alone: Row, row: Row, cores: int) -> float:
    """How much faster than in one process (*alone*) a build may be, by Amdahl's law."""
    serial, parallel = _sums(row)
    return sum(_sums(alone)) / (serial + parallel / cores)


def _sums(row: Row) -> tuple[float, float]:
    """The CPU seconds of the main process, and those of the workers."""
    phases = row["phases"].values()
    return sum(phase["main"] for phase in phases), sum(phase["workers"] for phase in phases)


def measure(site: Path, side: str, jobs: int) -> Row:
    """The phases of a build of the pages of *site* afresh, in a process of its own."""
    out, result = site.parent / "out", site.parent / "phases.json"
    shutil.rmtree(out, ignore_errors=True)
    script = f"timed_build({str(site)!r}, {str(out)!r}, {jobs})"
    hide = "" if SIDES[side].stemmer else "sys.modules['Stemmer'] = None; "
    program = (
        f"import sys, json; {hide}sys.path.insert(0, {str(Path(__file__).parent)!r}); "
        f"from phases import timed_build; "
        f"json.dump({script}, open({str(result)!r}, 'w'))"
    )
    try:
        cost = run([sys.executable, "-P", "-c", program], env=environment(ROOT))
    except CommandError as error:
        raise SystemExit(f"{error.stderr}\nthe build {error}") from None
    row: Row = json.loads(result.read_text("utf-8"))
    return {**row, "memory": round(cost.memory)}


def show(rows: list[Row]) -> None:
    """Print the phases of each number of processes, and what follows."""
    for row in rows:
        print(f"\n-j {row['jobs']}: peak {row['memory']} MiB", flush=True)
        for name in PHASES:
            phase = row["phases"][name]
            print(
                f"  {name:12} main {phase['main']:7.1f} s, workers {phase['workers']:7.1f} s, "
                f"wall {phase['wall']:7.1f} s"
            )
    by_jobs = {row["jobs"]: row for row in rows}
    if 1 not in by_jobs or 2 not in by_jobs:
        return
    alone, two = by_jobs[1], by_jobs[2]
    ups = ", ".join(f"{cores}: {speed_up(alone, two, cores):.1f}" for cores in CORES)
    print(f"\nserial share {serial_share(two):.2f}; speed-up by cores: {ups}")
    for step, seconds in longest_steps(two):
        print(f"  {seconds:7.1f} s  {step}")


def longest_steps(row: Row, count: int = 8) -> list[tuple[str, float]]:
    """The steps of the main process that took longest, with their CPU seconds."""
    steps = sorted(row["steps"].items(), key=lambda step: -step[1])
    return [step for step in steps[:count] if step[1] >= 0.1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("count", type=int, nargs="?", default=4_000)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--side", choices=SIDES, default=OURS)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    measured: dict[int, list[Row]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as work:
        site = Path(work) / "site"
        conf = SIDES[given.side].conf
        write_site(site, given.count, given.corpus, environment(ROOT), conf, native=False)
        for _ in range(given.runs):
            for jobs in given.jobs:
                measured[jobs].append(measure(site, given.side, jobs))
    rows = []
    for jobs, runs in measured.items():
        best = min(runs, key=lambda row: sum(_sums(row)))
        row = {"side": given.side, "pages": given.count, "jobs": jobs, "runs": len(runs)}
        rows.append({**row, "real": bool(given.corpus), **best})
    show(rows)
    if given.json:
        save(given.json, rows)


if __name__ == "__main__":
    main()
