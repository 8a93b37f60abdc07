"""The credential for a project that is not public, from the environment or a file.

It is never an argument of a command, which the process list and the shell's history would show,
and no message or ``repr()`` contains it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

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
