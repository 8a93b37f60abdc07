"""Checks the wheel and the sdist in a folder, and runs tests of what the sdist has.

    python -m build --outdir DIST
    python benchmarks/check_package.py DIST

``twine`` checks the metadata and whether PyPI can show the README, ``check-wheel-contents`` the
files of the wheel. The tests run in the unpacked sdist. Names of files that Windows refuses fail,
too. The exit code is that of the first check that fails.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

TESTS = (
    "tests/test_package.py",
    "tests/formats/test_detect.py",
    "tests/sphinx_ext/test_site.py",
    "tests/cli/test_init.py",
    "tests/docs/test_quick_start.py",
)
"""Tests of all layers that take seconds."""


def run(*command: str, cwd: Path | None = None) -> None:
    """Run a command of the current environment; its failure ends the script."""
    print("$", *command, flush=True)
    code = subprocess.run([sys.executable, "-m", *command], cwd=cwd, check=False).returncode
    if code:
        sys.exit(code)


def main() -> None:
    """Check a wheel and an sdist."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("dist", type=Path)
    dist = parser.parse_args().dist
    (wheel,) = dist.glob("*.whl")
    (sdist,) = dist.glob("*.tar.gz")
    run("twine", "check", "--strict", str(wheel), str(sdist))
    run("check_wheel_contents", str(wheel))
    print(f"{wheel.name}: {len(zipfile.ZipFile(wheel).namelist())} files")
    with tempfile.TemporaryDirectory() as folder, tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
        (source,) = Path(folder).iterdir()
        print(f"{sdist.name}: {sum(path.is_file() for path in source.rglob('*'))} files")
        run("uv", "pip", "install", "--quiet", str(sdist))
        run("pytest", "-q", "-p", "no:cacheprovider", *TESTS, cwd=source)


if __name__ == "__main__":
    main()
