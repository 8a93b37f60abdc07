"""What can go wrong with a request, and the message that says so."""

from __future__ import annotations

import requests
from urllib3 import exceptions

from sphinx_scrapbox.wiki.text import without_unsafe


class ClientError(Exception):
    """A request failed.

    :param what: what was requested, in words; "" to leave it out of the message.
    :param why: what happened, and what may help.
    :param permanent: whether repeating the request later is pointless.
    """

    def __init__(self, what: str, why: str, *, permanent: bool = False) -> None:
        super().__init__(f"{what}: {why}" if what else why)
        self.why = why
        self.permanent = permanent


class MissingError(ClientError):
    """The server has no such thing (404)."""


class StopError(ClientError):
    """Further requests would fail as well, so none should be made."""


class ClosedError(StopError):
    """The client was closed during the request."""


class OtherServerError(ClientError):
    """A server other than the wiki's is at fault."""


def causes(error: Exception) -> list[Exception]:
    """An exception of requests or urllib3, and those that it wraps, the innermost last."""
    chain = [error]
    while len(chain) < 10:
        last = chain[-1]
        wrapped = (getattr(last, "reason", None), *last.args)
        inner = next((cause for cause in wrapped if isinstance(cause, Exception)), None)
        if inner is None:
            break
        chain.append(inner)
    return chain


def cause_in_urllib3(error: Exception) -> exceptions.HTTPError | None:
    """The exception that says whether a repetition may help; None if it cannot."""
    for cause in causes(error):
        if isinstance(cause, exceptions.HTTPError) and not isinstance(
            cause, exceptions.MaxRetryError
        ):
            return cause
    return None


def reason_of(error: Exception, server: str) -> str:
    """What happened and what may help, for an exception of requests or urllib3.

    Both wrap the cause of an error several times; the first known one in the chain counts.
    """
    chain = causes(error)
    for cause in chain:
        match cause:
            case exceptions.NameResolutionError():
                return f"the host of {server} is not known: check the address and the network"
            case exceptions.NewConnectionError():
                return f"{server} cannot be reached: check the address and the network"
            case exceptions.SSLError() | requests.exceptions.SSLError():
                return (
                    f"the certificate of {server} is not trusted: "
                    "set REQUESTS_CA_BUNDLE to a file with a certificate that is"
                )
            case requests.exceptions.ProxyError():
                return "the proxy does not answer: check HTTPS_PROXY"
            case exceptions.TimeoutError() | requests.exceptions.Timeout():
                return f"{server} does not answer in time: try again later"
            case exceptions.MaxRetryError():
                continue
            case exceptions.HTTPError():
                return f"the connection to {server} was interrupted: try again later"
    return f"the request to {server} failed ({type(chain[-1]).__name__}): try again later"


def printable(text: str, *, max_length: int = 200) -> str:
    """Text from elsewhere on one line, without characters that control a terminal."""
    text = without_unsafe(text)
    return text if len(text) <= max_length else f"{text[:max_length]}…"
