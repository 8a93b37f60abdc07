"""What the tests of writers ask of a tree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

_NOT_SHOWN = frozenset(
    "line source id row_ids signs problems role project latitude longitude zoom count"
    " language".split()
)


def letters(value: Any) -> Counter[str]:
    """How often each letter and digit occurs in the words of a tree."""
    return Counter(letter for text in _texts(value) for letter in re.findall(r"\w", text))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _texts(item)
    elif is_dataclass(value):
        for field in fields(value):
            if field.name not in _NOT_SHOWN:
                yield from _texts(getattr(value, field.name))
