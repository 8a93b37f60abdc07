"""Converters of directive options; all raise :exc:`BadOption` for a bad value.

Directives take the options unchanged from docutils (:func:`unconverted_options`) and convert them
as they run (:func:`convert_options`), because errors of docutils cannot be suppressed by type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from sphinx_scrapbox.sphinx_ext.warnings import warn_directive

Converters = Mapping[str, Callable[[str], Any]]
"""Functions from the text of an option to its value, by the names of the options.

They raise :exc:`ValueError`, with a message that completes ``option 'x' …``.
"""


class BadOption(ValueError):
    """A bad value; the message completes ``option 'x' …``."""


def unconverted_options(names: Iterable[str]) -> dict[str, Callable[[str], str]]:
    """The ``option_spec`` of a directive with options of these names."""
    return dict.fromkeys(names, directives.unchanged)


def convert_options(directive: SphinxDirective, converters: Converters) -> dict[str, Any]:
    """The values of the options of a directive; a bad one gives a warning and is left out."""
    values: dict[str, Any] = {}
    for option, value in directive.options.items():
        try:
            values[option] = converters[option](value.strip())
        except ValueError as error:
            warn_directive(directive, f"option {option!r} {error}; it is ignored")
    return values


def text(value: str) -> str:
    """Any text but the empty one."""
    if not value:
        raise BadOption("is empty")
    return value


def flag(value: str) -> bool:
    """True for an option without a value."""
    if value:
        raise BadOption(f"takes no value, not {value!r}")
    return True


def whole_number(value: str) -> int:
    """A number of up to nine digits."""
    if not (value.isascii() and value.isdigit()):
        raise BadOption(f"must be a whole number, not {value!r}")
    return int(value[:9])


def number_between(least: int, most: int) -> Callable[[str], int]:
    """A converter that accepts the numbers from *least* to *most*."""

    def convert(value: str) -> int:
        number = whole_number(value)
        if not least <= number <= most:
            raise BadOption(f"must be a number from {least} to {most}, not {value!r}")
        return number

    return convert


def one_of(*choices: str) -> Callable[[str], str]:
    """A converter that accepts these values."""

    def convert(value: str) -> str:
        if value not in choices:
            raise BadOption(f"must be one of {', '.join(choices)}, not {value!r}")
        return value

    return convert


def several_of(*choices: str, none: str = "") -> Callable[[str], tuple[str, ...]]:
    """A converter that accepts several of these values, with blanks or commas between them.

    They are returned in the order of *choices*. The word *none*, if given, stands for none.
    """

    def convert(value: str) -> tuple[str, ...]:
        names = {name for name in re.split(r"[\s,]+", value) if name}
        if none and names == {none}:
            return ()
        if not names or not names <= set(choices):
            accepted = ", ".join(filter(None, (*choices, none)))
            raise BadOption(f"must be some of {accepted}, not {value!r}")
        return tuple(choice for choice in choices if choice in names)

    return convert
