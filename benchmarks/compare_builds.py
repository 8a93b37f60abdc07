"""Whether the packages of two checkouts write the same, byte for byte.

    python benchmarks/compare_builds.py OLD_CHECKOUT NEW_CHECKOUT
        [--only example|exported|native|commands ...] [--builders html epub ...]
        [--docs FOLDER] [--corpus FOLDER] [--cache FOLDER]
        [--old-conf CODE] [--new-conf CODE] [--normalise FILE] [--lines 8]

Both packages build the same sources with each builder: our documentation (``--docs``, that of the
old checkout if not given; its own extension in ``_ext`` is that of each checkout), 280 exported
pages, and two project exports that each package unpacks by its own command, with every feature
that makes sense (``comparison_sites.py``). The commands ``unpack``, ``convert``, ``check`` and
``diff`` run over the same pages (the site ``commands``). The pages are those of the corpus
(``--corpus``) that is kept beside the project.

For each site and builder it says whether the files and the messages are equal, else which files
differ, in groups that differ in the same way, and shows a short diff of the first of each group.
The exit code is 1 if anything differs. Differences that are meant are declared in a TOML file
(``--normalise``, ``renames.toml`` if not given); ``--old-conf`` and ``--new-conf`` are Python code
or a file of it that is put at the end of each ``conf.py``.

Time is fixed by ``SOURCE_DATE_EPOCH``, paths are the same on both sides, and the hash seeds of the
two sides differ, so that output that depends on the order of a set shows as a difference (but for
texinfo: Sphinx's own writer has the anchors before a section in a set). With
``--cache``, results of the old package are kept in a folder, and used again as long as package,
sources, command and versions are the same; results of the new one are left in its folder ``new``.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import comparison_sites as sites
from output_diff import (
    Difference,
    Renames,
    Side,
    Tree,
    apply_to_sources,
    compare_printed,
    compare_trees,
)

HERE = Path(__file__).resolve().parent
BUILDERS = tuple(
    "html dirhtml singlehtml epub latex text man texinfo gettext xml pseudoxml json".split()
)
SITES = ("example", "exported", "native", "commands")
EPOCH = "1700000000"
SEEDS: dict[Side, str] = {"old": "1", "new": "2"}  # PYTHONHASHSEED
ONE_SEED = frozenset({"texinfo"})  # builders for which it is the same on both sides
_GROUPS = 6  # groups of files that are shown of a build


@dataclass(frozen=True)
class Job:
    """One thing to run: a build, or one or several commands.

    ``commands`` are arguments of Python, with ``{out}`` for the folder of the output.
    """

    site: str
    name: str
    commands: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Result:
    """What a job left: its files, what it printed, and its CPU seconds."""

    files: Path
    printed: str
    cpu: float
    cached: bool = False


@dataclass
class Comparison:
    """What is the same for all jobs."""

    checkouts: dict[Side, Path]
    confs: dict[Side, str]
    renames: Renames
    docs: Path
    corpus: Path
    work: Path
    cache: Path | None

    @property
    def site(self) -> Path:
        """The folder that sources are staged in, the same for both sides."""
        return self.work / "site"

    def stage(self, name: str, side: Side) -> str:
        """Write the sources of a site; a hash of them, the package and the versions."""
        shutil.rmtree(self.site, ignore_errors=True)
        self.site.mkdir(parents=True)

        def unpack(export: Path, target: Path) -> None:
            target.parent.mkdir(parents=True, exist_ok=True)
            command = (*self._command_line(side), "unpack", str(export), str(target))
            self._run(command, side, check=True)

        if name == "example":
            extension = self.checkouts[side] / "example_docs" / "_ext"
            # Texts of the code, which have their own tests, are those of the old package.
            old = str(self.checkouts["old"] / "example_docs" / "_ext")
            printed = self._run(("-c", sites.PRINT_REFERENCES, old), "old", check=True)
            references = json.loads(printed.splitlines()[0])
            sites.stage_example(self.docs, extension, references, self.site)
        elif name == "exported":
            sites.stage_exported(self.corpus, self.site, unpack)
        elif name == "native":
            sites.stage_native(self.corpus, self.site, unpack)
        else:
            sites.stage_commands(self.corpus, self.site, unpack)
        if side == "new":
            apply_to_sources(self.site, self.renames)
        conf = self.site / "docs" / "conf.py"
        if conf.exists():
            more = self.confs[side] + (self.renames.conf if side == "new" else "")
            conf.write_text(f"{conf.read_text('utf-8')}\n{more}\n", "utf-8")
        for path in self.site.rglob("*"):
            os.utime(path, (int(EPOCH), int(EPOCH)))
        package = self.checkouts[side] / "sphinx_scrapbox"
        return _digest(versions(), *_contents(self.site), *_contents(package))

    def result(self, job: Job, side: Side, digest: str) -> Result:
        """Run a job on one side, or take it from the cache."""
        kept = None
        if self.cache and side == "old":
            kept = self.cache / "old" / _digest(digest, repr(job), str(self.work))
            if (kept / "result.json").exists():
                data = json.loads((kept / "result.json").read_text(encoding="utf-8"))
                return Result(kept / "files", data["printed"], data["cpu"], cached=True)
        target = kept or self.work / side / job.site / job.name.replace(" ", "_")
        shutil.rmtree(target, ignore_errors=True)
        out = self.work / "out"
        for folder in (out, self.work / "doctrees"):
            shutil.rmtree(folder, ignore_errors=True)
        out.mkdir(parents=True)
        printed, before = [], os.times()
        for command in job.commands:
            filled = tuple(argument.replace("{out}", str(out)) for argument in command)
            seed = SEEDS["old" if job.name in ONE_SEED else side]
            printed.append(self._run(self._renamed(filled, side), side, seed=seed))
        after = os.times()
        cpu = after[2] + after[3] - before[2] - before[3]  # those of children
        target.mkdir(parents=True)
        out.rename(target / "files")
        result = Result(target / "files", "".join(printed), cpu)
        data = {"job": f"{job.site} {job.name}", "printed": result.printed, "cpu": cpu}
        (target / "result.json").write_text(json.dumps(data, indent=1), encoding="utf-8")
        return result

    def jobs(self, site: str, builders: list[str]) -> list[Job]:
        """What is run over a staged site."""
        if site == "commands":
            line = self._command_line("old")
            assert line == self._command_line("new"), "the commands start elsewhere"
            return [
                Job(site, name, tuple((*line, *arguments) for arguments in commands))
                for name, commands in sites.COMMANDS.items()
            ]
        docs, doctrees = str(self.site / "docs"), str(self.work / "doctrees")
        build = ("-m", "sphinx", "-q", "-N", "-j", "1", "-d", doctrees, docs, "{out}", "-b")
        return [Job(site, builder, ((*build, builder),)) for builder in builders]

    def _command_line(self, side: Side) -> tuple[str, ...]:
        """Arguments of Python that start the command of a checkout."""
        data = tomllib.loads((self.checkouts[side] / "pyproject.toml").read_text("utf-8"))
        module, _, function = data["project"]["scripts"]["sphinx-scrapbox"].partition(":")
        return ("-c", f"from {module} import {function}; {function}()")

    def _renamed(self, command: tuple[str, ...], side: Side) -> tuple[str, ...]:
        if side == "old":
            return command
        return tuple(self.renames.arguments.get(argument, argument) for argument in command)

    def _run(
        self, arguments: tuple[str, ...], side: Side, *, seed: str = "0", check: bool = False
    ) -> str:
        """Run Python with the package of a side; what it printed, and its exit code.

        :raises SystemExit: it failed, and *check* says that it must not
        """
        environment = {
            **os.environ,
            "LC_ALL": "C.UTF-8",
            "NO_COLOR": "1",
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": str(self.checkouts[side]),
            "PYTHONPYCACHEPREFIX": str(self.work / "pycache"),
            "SOURCE_DATE_EPOCH": EPOCH,
            "TZ": "UTC",
        }
        done = subprocess.run(
            [sys.executable, "-P", *arguments],
            cwd=self.site,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        printed = f"{done.stdout}{done.stderr}".replace(str(self.site), "SITE")
        printed = re.sub(r"\b0x[0-9a-f]{8,}|/\S+/sphinx-err-\w+\.log", "…", printed)
        if check and done.returncode:
            raise SystemExit(
                f"{' '.join(arguments)} failed with {self.checkouts[side]}:\n{printed}"
            )
        return f"{printed}exit code {done.returncode}\n"


def versions() -> str:
    """The versions of Python and of all packages that are installed."""
    packages = sorted(f"{package.name} {package.version}" for package in distributions())
    return "\n".join([platform.python_version(), *packages])


def _digest(*parts: str | bytes) -> str:
    sum_ = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        sum_.update(b"%d:%s" % (len(data), data))
    return sum_.hexdigest()[:24]


def _contents(folder: Path) -> Iterator[str | bytes]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(folder).as_posix()
            yield path.read_bytes()


def report(job: Job, old: Result, new: Result, renames: Renames, length: int) -> bool:
    """Print how the results of a job differ; whether they do."""
    prefix = f"{job.site}/{job.name}"
    before = Tree.read(old.files, prefix, "old", renames)
    after = Tree.read(new.files, prefix, "new", renames)
    differences = compare_trees(before, after, length)
    printed = compare_printed(old.printed, new.printed, renames, length)
    files = f"{len(differences)} of {len(before.paths | after.paths)} files differ"
    messages = "messages differ" if printed else f"{len(old.printed.splitlines()) - 1} messages"
    said = f"{files if differences else f'equal, {len(before.paths)} files'}, {messages}"
    print(f"{job.site} {job.name}: {said} (CPU {old.cpu:.1f} s, {new.cpu:.1f} s)", flush=True)
    for line in printed:
        print(f"    messages {line}")
    groups: dict[str, list[Difference]] = defaultdict(list)
    for difference in differences:
        groups[difference.signature].append(difference)
    ordered = sorted(groups.values(), key=len, reverse=True)
    for group in ordered[:_GROUPS]:
        print(f"    {len(group)} as in {group[0].path}")
        for line in group[0].lines:
            print(f"        {line}")
    if ordered[_GROUPS:]:
        rest = sum(map(len, ordered[_GROUPS:]))
        print(f"    and {rest} in {len(ordered) - _GROUPS} other ways")
    return bool(differences or printed)


def compare(comparison: Comparison, names: list[str], builders: list[str], length: int) -> int:
    """Compare all sites with all builders; how many of the results differ."""
    differing = total = 0
    start = time.monotonic()
    for name in names:
        jobs = comparison.jobs(name, builders)
        digest = comparison.stage(name, "old")
        old = [comparison.result(job, "old", digest) for job in jobs]
        digest = comparison.stage(name, "new")
        for job, before in zip(jobs, old, strict=True):
            after = comparison.result(job, "new", digest)
            differing += report(job, before, after, comparison.renames, length)
            total += 1
    print(f"{differing} of {total} differ; {time.monotonic() - start:.0f} s")
    return differing


def _code(given: str) -> str:
    return Path(given).read_text(encoding="utf-8") if given.endswith(".py") else given


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--only", nargs="+", choices=SITES, default=SITES)
    parser.add_argument("--builders", nargs="+", choices=BUILDERS, default=BUILDERS)
    parser.add_argument("--docs", type=Path)
    parser.add_argument("--corpus", type=Path, default=HERE.parents[1] / "shared" / "corpus")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--old-conf", type=_code, default="", metavar="CODE")
    parser.add_argument("--new-conf", type=_code, default="", metavar="CODE")
    parser.add_argument("--normalise", type=Path, default=HERE / "renames.toml")
    parser.add_argument("--lines", type=int, default=8, help="of a diff that are shown")
    given = parser.parse_args()
    names = [name for name in given.only if name == "example" or given.corpus.is_dir()]
    if len(names) < len(given.only):
        print(f"there are no pages in {given.corpus}: only {', '.join(names)}")
    with tempfile.TemporaryDirectory() as temporary:
        cache = given.cache and given.cache.resolve()
        work = cache or Path(temporary).resolve()
        work.mkdir(parents=True, exist_ok=True)
        comparison = Comparison(
            checkouts={"old": given.old.resolve(), "new": given.new.resolve()},
            confs={"old": given.old_conf, "new": given.new_conf},
            renames=Renames.load(given.normalise),
            docs=(given.docs or given.old / "example_docs").resolve(),
            corpus=given.corpus.resolve(),
            work=work,
            cache=cache,
        )
        with (work / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            sys.exit(compare(comparison, names, given.builders, given.lines) > 0)


if __name__ == "__main__":
    main()
