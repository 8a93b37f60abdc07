"""Prints how much of the documentation is translated, and what a translation changed by mistake.

    sphinx-build -q -b gettext example_docs POT
    python benchmarks/translated.py POT [LOCALE] [--language ja]

For each folder of the documentation: its messages, and how many of them are translated. The exit
code is 1 if a message of a part that must be complete has no translation, if a catalogue has
messages that the documentation does not have any more, or if a translation lacks code, a role or
the target of a link of its message, or has others. Needs Babel, which Sphinx brings.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

COMPLETE = ("index", "tutorials", "how-to")
"""Pages and folders in which each message must be translated."""
MEASURED = frozenset({"explanation/performance-figures"})
"""Pages with tables of figures that change whenever ``report.py`` writes them."""

LOCALE = Path(__file__).parents[1] / "example_docs" / "locale"
_ROLE = re.compile(r"\{[\w:-]+\}|:[\w:-]+:(?=`[^`])")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_TARGET = re.compile(r"\]\(<?([^)>]+)>?\)|\[\[([^\]|]+)|<([^<>`]+)>`_")


def messages(path: Path) -> dict[str, str]:
    """Messages and translations of a catalogue; ``""`` where there is none or it is fuzzy."""
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        catalogue: Catalog = read_po(file)
    return {
        str(message.id): "" if message.fuzzy else str(message.string or "")
        for message in catalogue
        if message.id
    }


def marks(text: str) -> Counter[str]:
    """Code, roles and targets of links, which a translation has to keep."""
    roles = Counter(_ROLE.findall(text))
    code = Counter(match[2] for match in _CODE.finditer(text))
    rest = _CODE.sub("", text)
    targets = Counter(next(filter(None, match.groups())) for match in _TARGET.finditer(rest))
    # A role may show a text of its own in front of its target.
    return Counter(
        {key.rpartition("<")[2]: count for key, count in (roles + code + targets).items()}
    )


def mistakes(page: str, texts: dict[str, str], translations: dict[str, str]) -> Iterator[str]:
    """What is wrong with the translations of a page."""
    is_complete = page.partition("/")[0] in COMPLETE and page not in MEASURED
    for text in texts:
        translation = translations.get(text, "")
        if not translation:
            if is_complete:
                yield f"{page}: not translated: {text}"
        elif (expected := marks(text)) != (found := marks(translation)):
            lost, added = sorted(expected - found), sorted(found - expected)
            yield f"{page}: without {lost}, with {added}: {translation}"
    for text in translations.keys() - texts.keys():
        yield f"{page}: not in the documentation any more: {text}"


def main() -> None:
    """Print the figures and the mistakes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pot", type=Path, help="the folder that the builder gettext wrote")
    parser.add_argument("locale", type=Path, nargs="?", default=LOCALE)
    parser.add_argument("--language", default="ja")
    arguments = parser.parse_args()
    folder = arguments.locale / arguments.language / "LC_MESSAGES"
    total: Counter[str] = Counter()
    done: Counter[str] = Counter()
    wrong: list[str] = []
    for path in sorted(arguments.pot.rglob("*.pot")):
        page = path.relative_to(arguments.pot).with_suffix("").as_posix()
        texts = messages(path)
        translations = messages(folder / f"{page}.po")
        part = page.partition("/")[0]
        total[part] += len(texts)
        done[part] += sum(1 for text in texts if translations.get(text))
        wrong += mistakes(page, texts, translations)
    for part, count in total.items():
        print(f"{part:12} {done[part]:5} of {count:5} messages ({100 * done[part] // count} %)")
    for line in wrong:
        print(line, file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
