"""Prints how much of the documentation is translated, and what a translation changed by mistake.

    sphinx-build -q -b gettext example_docs POT
    python benchmarks/translated.py POT [LOCALE] [--language ja]

For each folder of the documentation: its messages, and how many of them are translated. Messages
of code and figures alone do not count. The exit code is 1 if less of a folder is translated than
``LEAST`` says, if a catalogue has messages that the documentation does not have any more (except
docstrings), or if a translation lacks code, a role or the target of a link of its message, or has
others. Needs Babel, which Sphinx brings.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

LEAST = {"index": 100, "tutorials": 100, "how-to": 100, "explanation": 95, "reference": 95}
"""The least percentage of messages that must be translated, by page or folder.

Less than 100 leaves time for what was just written, such as a new option.
"""
DOCSTRINGS = frozenset({"reference/api"})
"""Pages made from docstrings: a change of code may leave them in English for a while."""

LOCALE = Path(__file__).parents[1] / "example_docs" / "locale"
_ROLE = re.compile(r"\{[\w:-]+\}|:[\w:-]+:(?=`[^`])")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_TARGET = re.compile(r"\]\(<?([^)>]+)>?\)|\[\[([^\]|]+)|<([^<>`]+)>`_")
_UNIT = re.compile(r"(?<=\d )(?:ms|s|min|[kKMG]i?B)\b")


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


def has_words(text: str) -> bool:
    """Whether a message has anything to translate, other than code and figures with units."""
    rest = _UNIT.sub("", _CODE.sub("", _ROLE.sub("", text)))
    return any(character.isalpha() for character in rest)


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
    for text in texts:
        translation = translations.get(text, "")
        if translation and (expected := marks(text)) != (found := marks(translation)):
            lost, added = sorted(expected - found), sorted(found - expected)
            yield f"{page}: without {lost}, with {added}: {translation}"
    if page not in DOCSTRINGS:
        for text in filter(has_words, translations.keys() - texts.keys()):
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
    missing: dict[str, list[str]] = defaultdict(list)
    wrong: list[str] = []
    for path in sorted(arguments.pot.rglob("*.pot")):
        page = path.relative_to(arguments.pot).with_suffix("").as_posix()
        texts = messages(path)
        translations = messages(folder / f"{page}.po")
        part = page if page in DOCSTRINGS else page.partition("/")[0]
        words = [text for text in texts if has_words(text)]
        total[part] += len(words)
        missing[part] += [f"{page}: {text}" for text in words if not translations.get(text)]
        wrong += mistakes(page, texts, translations)
    for part, count in total.items():
        done = count - len(missing[part])
        print(f"{part:13} {done:5} of {count:5} messages ({100 * done // max(count, 1)} %)")
        if 100 * done < LEAST.get(part, 0) * count:
            wrong += [f"{part}: less than {LEAST[part]} % translated:", *missing[part]]
    for line in wrong:
        print(line, file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
