"""Converters of directive options.

Directives call them after docutils has parsed the options, because errors of docutils cannot be
suppressed by type. All raise :exc:`BadOption`.
"""

from __future__ import annotations

from collections.abc import Callable


class BadOption(ValueError):
    """A bad value; the message completes ``option 'x' …``."""


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


def one_of(*choices: str) -> Callable[[str], str]:
    """A converter that accepts these values."""

    def convert(value: str) -> str:
        if value not in choices:
            raise BadOption(f"must be one of {', '.join(choices)}, not {value!r}")
        return value

    return convert
