"""JSON from elsewhere: exports, lock files, answers of servers. Nothing else reads such JSON."""

from __future__ import annotations

import json
import re

_MAX_DEPTH = 100
"""The deepest nesting that is read. An export has four levels, an answer of the wiki a few."""

_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_BRACKET = re.compile(r"[][{}]")


class InvalidJsonError(ValueError):
    """The text is not JSON, or nested too deeply.

    ``position`` is the index of the character where reading stopped, ``message`` has no position.
    """

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(f"{message} at character {position + 1}" if position else message)
        self.message = message
        self.position = position


class DeepJsonError(InvalidJsonError):
    """The nesting is deeper than its limit."""


def load_json(text: str | bytes, *, max_depth: int = _MAX_DEPTH) -> object:
    """The value of a JSON text. Numbers with thousands of digits are cut to twenty.

    :raises InvalidJsonError: if it is not JSON, or not UTF-8.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig", "surrogatepass")  # as servers send it
        except UnicodeDecodeError as error:
            raise InvalidJsonError(f"not UTF-8 at byte {error.start}") from error
    _check_depth(text, max_depth)
    try:
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            raise
        except ValueError:  # Python refuses such numbers
            return json.loads(text, parse_int=lambda digits: int(digits[:20]))
    except json.JSONDecodeError as error:
        message = error.msg.removesuffix(" starting at")  # the position follows
        raise InvalidJsonError(f"not JSON: {message}", error.pos) from error
    except RecursionError as error:  # the caller is deep in a recursion of its own
        raise DeepJsonError("nested too deeply") from error


def _check_depth(text: str, max_depth: int) -> None:
    """Check the depth without recursion; brackets in strings do not count."""
    if text.count("[") + text.count("{") <= max_depth:
        return
    depth = 0
    for match in _BRACKET.finditer(_STRING.sub("", text)):
        depth += 1 if match[0] in "[{" else -1
        if depth > max_depth:
            raise DeepJsonError("nested too deeply")
