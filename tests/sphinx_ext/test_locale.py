"""The catalogues of messages: complete, compiled, and true to the code."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import babel
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from sites import ROOT

import sphinx_scrapbox
from sphinx_scrapbox.sphinx_ext.i18n import CATALOG

PACKAGE = Path(sphinx_scrapbox.__file__).parent
LOCALE = PACKAGE / "locale"
LANGUAGES = sorted(path.name for path in LOCALE.iterdir() if path.is_dir())


def po_of(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def messages(catalog: Catalog) -> dict[str, str]:
    """Translation by message; of one with plural forms, all forms as lines of one text."""
    return {_text(message.id): _text(message.string) for message in catalog if message.id}


def _text(forms: str | Sequence[str]) -> str:
    return forms if isinstance(forms, str) else "\n".join(forms).strip()


def in_the_code() -> set[str]:
    """Each string that is given to ``_()`` or ``ngettext()`` somewhere in the package."""
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id not in ("_", "ngettext"):
                    continue
                texts = node.args[:2] if node.func.id == "ngettext" else node.args
                for argument in texts:
                    assert isinstance(argument, ast.Constant), f"{path}: {node.lineno}"
                found.add(_text([argument.value for argument in texts]))
    return found


TEMPLATE = messages(po_of(LOCALE / f"{CATALOG}.pot"))


def test_template_holds_the_messages_of_the_code() -> None:
    assert set(TEMPLATE) == in_the_code()
    assert set(TEMPLATE.values()) == {""}


def test_there_are_languages() -> None:
    assert {"en", "ja"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_has_each_message(language: str) -> None:
    catalog = po_of(LOCALE / language / "LC_MESSAGES" / f"{CATALOG}.po")
    found = messages(catalog)
    assert str(catalog.locale) == language
    assert set(found) == set(TEMPLATE)
    assert all(found.values()) or language == "en"
    assert not any(message.fuzzy for message in catalog if message.id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_keeps_the_places(language: str) -> None:
    found = messages(po_of(LOCALE / language / "LC_MESSAGES" / f"{CATALOG}.po"))
    for message, translation in found.items():
        # Languages differ in how many forms they have of a text with a number.
        for form in (translation or message).split("\n"):
            for original in message.split("\n"):
                places = sorted(re.findall(r"\{\w*\}", original))
                assert sorted(re.findall(r"\{\w*\}", form)) == places


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_catalogue_is_that_of_the_language(language: str) -> None:
    folder = LOCALE / language / "LC_MESSAGES"
    with (folder / f"{CATALOG}.mo").open("rb") as file:
        compiled = messages(read_mo(file))
    written = messages(po_of(folder / f"{CATALOG}.po"))
    assert compiled == {message: text for message, text in written.items() if text}


# -- the commands of CONTRIBUTING.md ---------------------------------------------------


def commands() -> list[list[str]]:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.partition("### A language of the interface")[2].partition("\n## ")[0]
    return [line.split() for line in section.splitlines() if line.startswith("pybabel ")]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder with a copy of the package, its catalogues as this version of Babel signs them."""
    shutil.copytree(PACKAGE, tmp_path / "sphinx_scrapbox")
    for path in tmp_path.rglob("*.po"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"Babel [\d.]+", f"Babel {babel.__version__}", text), "utf-8")
    return tmp_path


def run(command: list[str], folder: Path) -> None:
    pybabel = [sys.executable, "-m", "babel.messages.frontend", *command[1:]]
    subprocess.run(pybabel, cwd=folder, check=True, capture_output=True)


def contents(folder: Path) -> dict[str, bytes]:
    locale = folder / "sphinx_scrapbox" / "locale"
    files = (path for path in locale.rglob("*") if path.is_file())
    return {path.relative_to(locale).as_posix(): path.read_bytes() for path in files}


def test_update_of_unchanged_sources_changes_nothing(package: Path) -> None:
    extract, update, compile_, _ = commands()
    run(compile_, package)  # the signature of Babel
    before = contents(package)
    for command in (extract, update, compile_):
        run(command, package)
    assert contents(package) == before


def test_new_language(package: Path) -> None:
    *_, update, compile_, init = commands()
    run(init, package)
    path = package / "sphinx_scrapbox" / "locale" / "de" / "LC_MESSAGES" / f"{CATALOG}.po"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"Tags"\nmsgstr ""', '"Tags"\nmsgstr "Schlagwörter"'), "utf-8")
    run(update, package)
    run(compile_, package)
    with path.with_suffix(".mo").open("rb") as file:
        compiled = messages(read_mo(file))
    assert compiled.pop("Tags") == "Schlagwörter"
    assert all(text == message for message, text in compiled.items())  # not translated
    assert set(messages(po_of(path))) == set(TEMPLATE)
