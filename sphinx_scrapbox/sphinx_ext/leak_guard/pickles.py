"""The text of a pickle. It is never loaded, as that would run its code.

Doctrees and ``environment.pickle`` may lie in the output folder, and the pickle builder publishes
pages as pickles. Read as plain text, the length byte before a string can look like its first
letter, and instructions such as ``K@uh.jX`` (push 64, and so on) like an e-mail address.
"""

from __future__ import annotations

import codecs
import pickletools
from collections.abc import Callable, Iterator
from typing import IO, NamedTuple, cast

_BLOCK = 1 << 18
_STRING_END = "|\n"  # no word and no address goes on behind it
_PROTOCOLS = tuple(bytes((0x80, protocol)) for protocol in range(2, 6))
_DAMAGED = (ValueError, OverflowError, MemoryError)  # an unknown instruction, or a wrong length


class _Reader(NamedTuple):
    """A file without ``tell``, which ``genops`` otherwise calls for each instruction."""

    read: Callable[[int], bytes]
    readline: Callable[[], bytes]


def is_pickle(head: bytes) -> bool:
    """Whether a file that begins with *head* is a pickle of protocol 2 or later."""
    return head.startswith(_PROTOCOLS)


def text_of_pickle(file: IO[bytes]) -> Iterator[str]:
    """The strings of a pickle in blocks, each on lines of its own; then what follows, as text.

    If an instruction is unknown, the whole file follows as text.

    :param file: must be seekable.
    """
    strings: list[str] = []
    size = 0
    reader = cast("IO[bytes]", _Reader(file.read, file.readline))
    try:
        for _, argument, _ in pickletools.genops(reader):
            if isinstance(argument, bytes):
                argument = argument.decode("utf-8", "replace")
            if isinstance(argument, str):
                strings.append(argument + _STRING_END)
                size += len(argument)
            if size >= _BLOCK:
                yield "".join(strings)
                strings = []
                size = 0
    except _DAMAGED:
        file.seek(0)
    yield "".join(strings)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while block := file.read(_BLOCK):
        yield decoder.decode(block)
    yield decoder.decode(b"", True)
