"""Whether a site that is built step by step, after random edits, is what a fresh build makes.

    python benchmarks/edit_steps.py [--seed 1 2 ...] [--steps 60 | --options]
        [--corpus CORPUS] [--builder html] [--keep FOLDER]

Makes a site on which every feature is on (``tests/every_feature.py``), of made pages or, with
``--corpus``, of made and real ones, and edits it at random (``tests/every_edit.py``), or with
``--options`` gives each option each of its values in turn. After each edit the site is built in a
folder that is kept, by one process and by two in turn, and afresh in another. Every sixth step
also builds in another format from the kept doctrees, and every fifth compares the fresh build with
one without shortcuts (``scrapbox_fast = False``). Each file of the two outputs must be the same,
byte for byte. Sphinx leaves pages whose sources are gone, and static files of another theme or
language; these do not count, nor does what Pagefind orders at random.

A step that differs is printed with the differences; the sources before and after it are kept in
``--keep``, and the next step begins with a fresh build. The exit code is 1 if a step differs.
Builds are processes of their own, one in five of the fresh ones with another hash seed.
"""

from __future__ import annotations

import argparse
import difflib
import glob
import importlib.util
import multiprocessing
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import every_edit  # noqa: E402
import outputs  # noqa: E402
from every_feature import CHOICES  # noqa: E402
from sphinx.cmd import build as sphinx_build  # noqa: E402

_IMPORTED = (
    *("sphinx_scrapbox.sphinx_ext", "sphinx.builders.html", "sphinx.ext.intersphinx"),
    *("sphinx.writers.html5", "sphinx.search", "sphinx.builders.epub3", "pygments.lexers.python"),
    *("sphinx_sitemap", "sphinxext.opengraph", "alabaster", "docutils.parsers.rst.directives"),
)

BUILDERS = ("dirhtml", "text", "epub", "singlehtml", "latex")
EPOCH = "1780000000"
_RUN = "import sys; from sphinx.cmd.build import main; sys.exit(main(sys.argv[1:]))"
_LINES = 14
# Pagefind itself writes the values of a filter in any order.
_OF_PAGEFIND = re.compile(r"/pagefind/(?:.+\.pf_(?:meta|filter)|pagefind-entry\.json)\Z").search


@dataclass
class Steps:
    """A site, its kept outputs, and what differed."""

    work: Path
    seed: int
    corpus: Path | None = None
    keep: Path | None = None
    builder: str = "html"
    steps: int = 0
    faults: int = 0
    failed: int = 0
    """Steps after which no build succeeds, as one that publishes what is denied."""

    def __post_init__(self) -> None:
        self._environment = {"PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": EPOCH, "TZ": "UTC"}
        self._src = self.work / "src"
        self._chance = random.Random(self.seed)
        self.edits = every_edit.EveryEdit(self._src, self.seed, self.corpus)
        self._built: set[str] = set()

    def run(self, steps: int) -> None:
        """Edit the site at random, and build it after each edit."""
        self._run([self.edits.edit] * steps)

    def run_options(self) -> None:
        """Give each option each of its values, one after the other."""
        values = [(name, value) for name in sorted(CHOICES) for value in CHOICES[name]]
        self._run([partial(self.edits.set_option, *pair) for pair in values])

    def _run(self, edits: Sequence[Callable[[], str]]) -> None:
        self._build("kept", self.builder, 1)
        for number, edit in enumerate(edits, 1):
            shutil.rmtree(self.work / "before", ignore_errors=True)
            shutil.copytree(self._src, self.work / "before")
            done = edit()
            self.steps += 1
            began = time.monotonic()
            problems = self._step(number)
            seconds = time.monotonic() - began
            state = "DIFFERS" if problems else f"same, {self.failed} failed"
            print(f"seed {self.seed} step {number} ({seconds:.0f} s): {done}: {state}", flush=True)
            if problems:
                self.faults += 1
                for problem in problems[:_LINES]:
                    print(f"    {problem}", flush=True)
                self._keep(number)

    def _step(self, number: int) -> list[str]:
        jobs = 2 if number % 2 else 1
        problems = self._compare(self.builder, jobs)
        if number % 6 == 0:
            builder = BUILDERS[number // 6 % len(BUILDERS)]
            problems += [f"{builder}: {line}" for line in self._compare(builder, jobs)]
        if number % 5 == 0:
            self._build("slow", self.builder, 1, "-D", "scrapbox_fast=0")
            slow, fresh = (self.work / name / self.builder for name in ("slow", "fresh"))
            found = self._differences(slow, fresh)
            problems += [f"without shortcuts: {line}" for line in found]
        for name in ("fresh", "slow"):
            if not problems:
                shutil.rmtree(self.work / name, ignore_errors=True)
        return problems

    def _compare(self, builder: str, jobs: int) -> list[str]:
        ours = self._build("kept", builder, jobs)
        fresh = self._build("fresh", builder, 1, afresh=self._chance.random() < 0.2)
        problems = []
        if ours[0] != fresh[0]:
            problems.append(f"exit code {ours[0]}, of a fresh build {fresh[0]}: {ours[1][-3:]}")
        if extra := set(ours[1]) - set(fresh[1]):
            problems += [f"only this build warns: {line}" for line in sorted(extra)]
        self.failed += fresh[0] != 0 and builder == self.builder
        if fresh[0] == ours[0] == 0:
            kept, new = self.work / "kept" / builder, self.work / "fresh" / builder
            problems += self._differences(kept, new)
        return problems

    def _differences(self, kept: Path, fresh: Path) -> list[str]:
        problems = []
        for line in outputs.differences(kept, fresh):
            kind, _, name = line.partition(": ")
            if (kind == "left over" and self._may_stay(name, fresh)) or _OF_PAGEFIND(name):
                continue
            problems.append(line)
            if kind == "stale":
                problems += _diff(kept / name, fresh / name)
        return problems

    def _may_stay(self, name: str, fresh: Path) -> bool:
        """Whether Sphinx leaves a file: its source is gone, or has another suffix now."""
        stem = re.sub(r"(/index)?\.(x?html|txt|tex)$", "", name.removeprefix("_sources/"))
        stem = re.sub(r"\.(md|rst|scrapbox)$", "", stem)
        if name.startswith("_static/"):  # of another theme
            return "scrapbox" not in name
        if ".side-by-side" in name or name.startswith(("_downloads/", "_images/")):
            return ".side-by-side" not in name
        if name.startswith("_sources/") and list(fresh.glob(f"_sources/{glob.escape(stem)}.*")):
            return True
        is_gone = not (self.work / "fresh" / "doctrees" / f"{stem}.doctree").exists()
        return is_gone and name.endswith((".html", ".txt", ".xhtml"))

    def _build(
        self, target: str, builder: str, jobs: int, *more: str, afresh: bool = False
    ) -> tuple[int, list[str]]:
        """Build; the exit code and the warnings.

        :param afresh: in a new process of Python with another hash seed, which takes longer.
        """
        folder = self.work / target
        places = ["-d", str(folder / "doctrees"), str(self._src), str(folder / builder)]
        arguments = ["-q", "-N", "-j", str(jobs), "-b", builder, *more, *places]
        printed = self.work / "printed"
        environment = {**os.environ, **self._environment}
        if afresh:
            environment["PYTHONHASHSEED"] = str(self._chance.randrange(9999))
            command = [sys.executable, "-P", "-c", _RUN, *arguments]
            with printed.open("w") as errors:
                done = subprocess.run(command, env=environment, stderr=errors, check=False)
            code = done.returncode
        else:
            code = _in_fork(arguments, printed, environment)
        text = printed.read_text("utf-8").replace(str(self._src), "SRC")
        return code, [line for line in text.split("\n") if line]

    def _keep(self, number: int) -> None:
        """Keep the sources, and begin again."""
        if self.keep:
            target = self.keep / f"seed{self.seed}-step{number}"
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(self.work / "before", target / "before")
            shutil.copytree(self._src, target / "after")
            for name in ("kept", "fresh", "slow"):
                if (self.work / name).exists():
                    shutil.copytree(self.work / name, target / name)
        for name in ("kept", "fresh", "slow"):
            shutil.rmtree(self.work / name, ignore_errors=True)
        self._build("kept", self.builder, 1)


def _in_fork(arguments: list[str], printed: Path, environment: dict[str, str]) -> int:
    """The exit code of a build in a copy of this process, which has imported all it needs."""
    sys.stdout.flush()
    if not (pid := os.fork()):
        code = 70
        try:
            errors = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(errors, 2)
            os.environ.update(environment)
            warnings.simplefilter("ignore")  # a test may turn them into errors
            sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
            code = sphinx_build.main(arguments)
            sys.stderr.flush()
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            for process in multiprocessing.active_children():  # sphinx-sitemap starts one
                process.terminate()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _diff(ours: Path, fresh: Path) -> list[str]:
    """A few lines that differ, short."""
    try:
        before, after = (path.read_text("utf-8").splitlines() for path in (ours, fresh))
    except UnicodeDecodeError:
        return []
    lines = list(difflib.unified_diff(before, after, n=0, lineterm=""))[2:]
    return [f"    {_cut(line)}" for line in lines if not line.startswith("@@")][:4]


def _cut(line: str) -> str:
    return line if len(line) < 300 else f"{line[:300]}…"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--options", action="store_true", help="change only options, all of them")
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--builder", choices=("html", *BUILDERS), default="html")
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    for name in _IMPORTED:
        if importlib.util.find_spec(name.partition(".")[0]):
            importlib.import_module(name)
    total, faults, kinds = 0, 0, Counter[str]()
    for seed in given.seed:
        with tempfile.TemporaryDirectory(prefix="steps-") as work:
            steps = Steps(Path(work), seed, given.corpus, given.keep, given.builder)
            if given.options:
                steps.run_options()
            else:
                steps.run(given.steps)
        total += steps.steps
        faults += steps.faults
        kinds += steps.edits.kinds
    print(f"{total} steps, {faults} differ; {dict(kinds)}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
