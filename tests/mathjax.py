"""Where MathJax lies on this machine, for tests in a browser."""

from __future__ import annotations

import os
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest


def mathjax_folder(version: int) -> Path:
    """The folder of MathJax 3 or 4; the test is skipped if it is not installed.

    MathJax 3 comes with a package for Django. No package has version 4, so the environment
    variable ``MATHJAX4`` names its folder, as npm installs it (with its fonts beside it).
    """
    if version == 4:
        if folder := os.environ.get("MATHJAX4"):
            return Path(folder)
    else:
        with suppress(PackageNotFoundError):
            package = distribution("django-static-mathjax")
            return Path(str(package.locate_file("mathjax/static/mathjax/es5")))
    pytest.skip(f"MathJax {version} is not installed")
