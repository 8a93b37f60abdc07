"""The credential for a project that is not public, from the environment or a file.

It is never an argument of a command, which the process list and the shell's history would show,
and no message or ``repr()`` contains it. Nor does text from a server that sends it back:
:class:`Redactor` finds it there in other spellings, too.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from unicodedata import normalize
from urllib.parse import unquote

_COOKIE = "connect.sid="
_LINE = re.compile(
    r"\s*(?:export\s+)?(?P<name>[A-Z_]+)\s*=\s*(?P<quote>['\"]?)(?P<value>.*?)(?P=quote)\s*"
)
# The characters that the value of a cookie or a header may have.
_VALUE = re.compile(r"[!#-+\--:<-\[\]-~]+")


class CredentialError(ValueError):
    """The credential is ambiguous or malformed; the message does not contain it."""


class CredentialKind(Enum):
    """A kind of credential; the value names the environment variable."""

    SESSION = "SCRAPBOX_SID"
    """The cookie ``connect.sid`` of a logged-in user, with that user's access."""
    TOKEN = "SCRAPBOX_TOKEN"
    """A personal access token, with its user's access."""
    SERVICE = "SCRAPBOX_SERVICE_KEY"
    """The key of a service account, with access to one project."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential; ``repr()`` leaves its value out."""

    kind: CredentialKind
    value: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _VALUE.fullmatch(self.value):
            raise CredentialError(
                f"{self.kind.value} contains spaces or other characters that cannot be part of "
                "it: copy it again"
            )

    @property
    def header(self) -> tuple[str, str]:
        """The name and value of the HTTP header that carries it."""
        match self.kind:
            case CredentialKind.SESSION:
                return "Cookie", f"{_COOKIE}{self.value}"
            case CredentialKind.TOKEN:
                return "x-personal-access-token", self.value
            case CredentialKind.SERVICE:
                return "x-service-account-access-key", self.value


def find_credential(environment: Mapping[str, str], file: Path | None = None) -> Credential | None:
    """The credential that is set, or None.

    :param file: has a line ``NAME=value`` with one of the three names, and replaces the
        environment.
    :raises CredentialError: if several are set, or one is malformed.
    """
    variables = environment if file is None else _read(file)
    kinds = [kind for kind in CredentialKind if variables.get(kind.value, "").strip()]
    if not kinds:
        if file is not None:
            names = ", ".join(kind.value for kind in CredentialKind)
            raise CredentialError(f"{file} has no line NAME=value with one of {names}")
        return None
    if len(kinds) > 1:
        names = " and ".join(kind.value for kind in kinds)
        raise CredentialError(f"{names} are set: only one can be sent, so unset the others")
    return Credential(kinds[0], variables[kinds[0].value].strip().removeprefix(_COOKIE))


def _read(file: Path) -> dict[str, str]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CredentialError(f"cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CredentialError(f"{file} is not UTF-8 text") from error
    matches = filter(None, map(_LINE.fullmatch, text.splitlines()))
    return {match["name"]: match["value"] for match in matches}


# Escapes of URLs (also repeated), of JSON and other languages, and of HTML.
_ESCAPE = re.compile(
    r"%(?:25)*(?P<url>[0-9a-f]{2})"
    r"|\\+(?:u(?P<json>[0-9a-f]{4})|u\{(?P<braces>[0-9a-f]{1,5})\}|x(?P<x>[0-9a-f]{2}))"
    r"|&(?:amp;)*#(?:x0*(?P<hex>[0-9a-f]{1,5})|0*(?P<decimal>[0-9]{1,6}));",
    re.IGNORECASE,
)
_UNIT = re.compile(rf"{_ESCAPE.pattern}|.", re.IGNORECASE)
_NOT_ALPHANUMERIC = re.compile(r"[^0-9a-z]+")
_LEAST = 8  # characters in a row that count as a part of the credential in a message
_STEP = 4


class Redactor:
    """Finds a credential in text from elsewhere, and hides it.

    It is found with other characters between its letters and digits, in any case, as full-width
    letters, in escapes of URLs, JSON and HTML, in Base64 and as hexadecimal digits, and in parts.
    """

    def __init__(self, credential: Credential | None) -> None:
        self._secret = credential.value if credential else ""
        self._spellings = list(dict.fromkeys(map(_squeeze, _spellings(self._secret))))
        self._spellings = [text for text in self._spellings if len(text) >= _STEP]

    def is_in(self, text: str, *, least: int = _LEAST) -> bool:
        """Whether *text* holds *least* characters in a row of the credential, or all of it."""
        if not self._secret:
            return False
        if self._secret in text:
            return True
        text = _squeeze(text)
        for spelling in self._spellings:
            if len(spelling) < least:  # other words may hold it once the blanks between are gone
                continue
            steps = range(0, len(spelling) - _STEP + 1, _STEP)
            if any(spelling[at : at + _STEP] in text for at in steps) and any(
                part in text for part in _parts(spelling, least)
            ):
                return True
        return False

    def hide(self, text: str) -> str:
        """*text* with an ellipsis for each part of the credential."""
        if not self._secret:
            return text
        text = text.replace(self._secret, "…")
        return "\n".join(map(self._hide_in_line, text.split("\n")))

    def _hide_in_line(self, line: str) -> str:
        letters, starts, ends = [], [], []
        for unit in _UNIT.finditer(line):
            for letter in _squeeze(unit[0]):
                letters.append(letter)
                starts.append(unit.start())
                ends.append(unit.end())
        squeezed = "".join(letters)
        hidden = bytearray(len(line))
        for spelling in self._spellings:
            for part in _parts(spelling, _LEAST):
                at = squeezed.find(part)
                while at >= 0:
                    start, end = starts[at], ends[at + len(part) - 1]
                    hidden[start:end] = b"\1" * (end - start)
                    at = squeezed.find(part, at + 1)
        if not any(hidden):
            return line
        kept = (sign if not gone else "\0" for sign, gone in zip(line, hidden, strict=True))
        return re.sub("\0+", "…", "".join(kept))


def _spellings(secret: str) -> Iterator[str]:
    for text in {secret, unquote(secret)}:
        data = text.encode()
        yield text
        yield data.hex()
        for before in range(3):  # other bytes stand before it in what was encoded
            encoded = b64encode(bytes(before) + data).decode().rstrip("=")
            yield encoded[-(-before * 8 // 6) : len(encoded) - 1]


def _parts(text: str, length: int) -> Iterator[str]:
    """All parts of *text* that have *length* characters; the text itself if it is shorter."""
    for at in range(max(len(text) - length, 0) + 1):
        yield text[at : at + length]


def _squeeze(text: str) -> str:
    """The letters and digits of *text*, without escapes, in lower case."""
    if "%" in text or "\\" in text or "&" in text:
        text = _ESCAPE.sub(_unescaped, text)
    if not text.isascii():
        text = normalize("NFKC", text)
    return _NOT_ALPHANUMERIC.sub("", text.lower())


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[match.lastgroup or 0], 10 if match["decimal"] else 16))
