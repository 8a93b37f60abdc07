"""Writes the workflows that ``sphinx-scrapbox init`` writes into a folder, for linters.

python benchmarks/workflows.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Write one file for each kind of workflow."""
    sys.path.insert(0, str(ROOT))
    from sphinx_scrapbox.cli.init import services

    pull = "sphinx-scrapbox pull garden docs/wiki"
    texts = {
        "pages": services.github_pages_yaml("docs"),
        "versions": services.github_pages_yaml("docs", versions=True),
        "wiki": services.daily_pull_yaml(pull, "docs/wiki", is_private=False),
        "private-wiki": services.daily_pull_yaml(pull, "docs/wiki", is_private=True),
    }
    folder = Path(sys.argv[1], ".github", "workflows")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
