"""Who asks: the one credential for a project that is not public, from the environment or a file.

A credential is never an argument of a command, where the list of processes and the shell's
history would show it, and it is left out of whatever is printed of it here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

_COOKIE = "connect.sid="
_LINE = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Z_]+)\s*=\s*(?P<value>.*?)\s*")
# What a cookie or a header takes, as far as any of the three is known to need it.
_VALUE = re.compile(r"[!#-+\--:<-\[\]-~]+")


class CredentialError(ValueError):
    """There is no telling which credential is meant, or it cannot be one; shows none."""


class Kind(Enum):
    """A kind of credential; the value is the variable that holds it."""

    SESSION = "SCRAPBOX_SID"
    """The cookie ``connect.sid`` of somebody who is logged in: reads what that person may."""
    TOKEN = "SCRAPBOX_TOKEN"
    """A personal access token: the same."""
    SERVICE = "SCRAPBOX_SERVICE_KEY"
    """The key of a service account: reads one project, and no other."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential; its value does not show where the object is printed."""

    kind: Kind
    value: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _VALUE.fullmatch(self.value):
            raise CredentialError(
                f"{self.kind.value} holds blanks or other signs that no such value has: "
                "copy it anew"
            )

    @property
    def header(self) -> tuple[str, str]:
        """Name and value of the header that carries it."""
        match self.kind:
            case Kind.SESSION:
                return "Cookie", f"{_COOKIE}{self.value}"
            case Kind.TOKEN:
                return "x-personal-access-token", self.value
            case Kind.SERVICE:
                return "x-service-account-access-key", self.value


def find_credential(environment: Mapping[str, str], file: Path | None = None) -> Credential | None:
    """The credential that is set, if one is.

    :param file: has a line ``NAME=value`` with one of the three names; then the environment does
        not count.
    :raises CredentialError: if there are several, or one that cannot be right.
    """
    found = environment if file is None else _read(file)
    kinds = [kind for kind in Kind if found.get(kind.value, "").strip()]
    if not kinds:
        if file is not None:
            names = ", ".join(kind.value for kind in Kind)
            raise CredentialError(f"{file} holds no line NAME=value with one of {names}")
        return None
    if len(kinds) > 1:
        names = " and ".join(kind.value for kind in kinds)
        raise CredentialError(f"{names} are set: only one can be sent, so unset what is not meant")
    return Credential(kinds[0], found[kinds[0].value].strip().removeprefix(_COOKIE))


def _read(file: Path) -> dict[str, str]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CredentialError(f"cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CredentialError(f"{file} is not UTF-8 text") from error
    found = {}
    for row in text.splitlines():
        if match := _LINE.fullmatch(row):
            value = match["value"]
            if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
                value = value[1:-1]
            found[match["name"]] = value
    return found
