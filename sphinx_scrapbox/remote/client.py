"""HTTP as a polite and careful reader of somebody else's wiki does it.

Polite: few connections, a steady pace, a name, and patience when the server asks for it. When
requests keep failing, it stops asking. Careful: no reply is larger than what was allowed for it,
none takes longer; the credential goes to the configured origin and nowhere else, whatever
redirects say, and no message repeats it.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Self, TypeVar
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import (
    HTTPError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    SSLError,
    TimeoutError,
)
from urllib3.util import Retry

from sphinx_scrapbox import __version__
from sphinx_scrapbox.remote import public_hosts as outside
from sphinx_scrapbox.remote.credentials import Credential, Kind
from sphinx_scrapbox.remote.errors import (
    ClientError,
    ClosedError,
    ElsewhereError,
    MissingError,
    StopError,
    printable,
)
from sphinx_scrapbox.remote.pacing import Pace, Patience, Stopped, Throttle, TooLong, duration
from sphinx_scrapbox.remote.public_hosts import OutsideAdapter

USER_AGENT = f"sphinx-scrapbox/{__version__} (+https://github.com/sphinx-scrapbox/sphinx-scrapbox)"

_PASSING = (429, 500, 502, 503, 504, 520, 521, 522, 523, 524)
_BLOCK = 1 << 16
_MOST_HOPS = 5
_DOTS = re.compile(r"/%2E(?:%2E)?(?=[/?]|$)")
_PORTS = {"http": 80, "https": 443}
_LOOPBACK = re.compile(r"localhost|127(?:\.\d+){3}|::1")


T = TypeVar("T")


# -- where -----------------------------------------------------------------------------


def origin_of(url: str) -> str:
    """Scheme, host and port of an address: ``https://wiki.example``.

    :raises ValueError: if it is none that can be asked, or holds more than that.
    """
    parts = _split(url)
    if parts is None:
        raise ValueError("it has to begin with https:// or http:// and to name a host")
    if "@" in parts.netloc:
        raise ValueError("it must not hold a name or a password")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("it has to end after the host")
    return "{}://{}{}".format(*_place(parts))


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in _PORTS and parts.hostname and (parts.port or 1)
    except ValueError:
        return None
    return parts if good and not re.search(r"[\s\\\x00-\x1f]", url) else None


def _place(parts: SplitResult) -> tuple[str, str, str]:
    """Scheme, host, and the port with its colon if it is not the usual one."""
    host = (parts.hostname or "").lower()
    port = parts.port or _PORTS[parts.scheme]
    shown = f"[{host}]" if ":" in host else host
    return parts.scheme, shown, "" if port == _PORTS[parts.scheme] else f":{port}"


def is_of(origin: str, url: str) -> bool:
    """Whether *url* lies on *origin*: same scheme, host and port."""
    parts = _split(url)
    return parts is not None and "{}://{}{}".format(*_place(parts)) == origin


class _Auth(AuthBase):
    """Puts the credential on what goes to the origin.

    A session has one even where there is no credential, for without it requests would look for
    one in ``~/.netrc``.
    """

    def __init__(self, origin: str, credential: Credential | None) -> None:
        self._origin = origin
        self._credential = credential

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._credential and is_of(self._origin, request.url or ""):
            name, value = self._credential.header
            request.headers[name] = value
        return request


def _as_nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class _Session(requests.Session):
    """A session blind to redirects: told to follow none, requests reads one to its end."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


# -- asking ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that was read to its end; ``url`` is where it came from in the end."""

    status: int
    data: bytes
    headers: Mapping[str, str]
    url: str


@dataclass(frozen=True, slots=True)
class _Request:
    """What :meth:`Client.get` was told."""

    what: str
    most: int
    accept: str
    abroad: bool
    anonymous: bool

    @property
    def advice(self) -> str:
        """The end of a message about answers that no wiki gives."""
        return "" if self.abroad else ": look at --url"


class Client:
    """Asks one origin, and on its behalf others, with GET and nothing else.

    Safe to use from as many threads as ``pace.connections`` says. Close it after use.

    :param origin: as :func:`origin_of` gives it.
    """

    def __init__(
        self, origin: str, credential: Credential | None = None, pace: Pace | None = None
    ) -> None:
        self.origin = origin
        self.pace = pace = pace or Pace()
        self._credential = credential
        parts = urlsplit(origin)
        secret = parts.scheme == "https" or _LOOPBACK.fullmatch(parts.hostname or "")
        if credential and not secret:
            raise StopError(
                "",
                f"{credential.kind.value} would go to {origin} without encryption: "
                "name the wiki by an address that begins with https://",
            )
        self._throttle = Throttle(pace.per_second)
        self._failed = 0
        self._lock = threading.Lock()
        self._patience = self._patience_of(pace.retries)
        self._patience_abroad = self._patience_of(min(pace.retries, 1))
        self._session = _Session()
        self._session.headers["User-Agent"] = USER_AGENT
        self._session.auth = _Auth(origin, credential)
        # Nothing that a server wants to be remembered is.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._mount(f"{origin}/", HTTPAdapter, self._patience)
        for scheme in _PORTS:
            self._mount(f"{scheme}://", OutsideAdapter, self._patience_abroad)

    def _mount(self, prefix: str, adapter: type[HTTPAdapter], patience: Retry) -> None:
        most = self.pace.connections
        made = adapter(pool_maxsize=most, pool_block=True, max_retries=patience)
        self._session.mount(prefix, made)

    def _patience_of(self, retries: int) -> Patience:
        return Patience(
            total=retries,
            other=0,  # such as a certificate that is not trusted
            redirect=False,
            status_forcelist=_PASSING,
            allowed_methods={"GET"},
            backoff_factor=self.pace.backoff,
            backoff_max=self.pace.longest,
            backoff_jitter=self.pace.backoff / 10,
            raise_on_status=False,
            throttle=self._throttle,
            longest=self.pace.longest,
        )

    @property
    def kind(self) -> Kind | None:
        """What kind of credential is sent, if any."""
        return self._credential.kind if self._credential else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._session.close()

    def stop(self) -> None:
        """End all waiting; requests that are under way end with :class:`StopError`."""
        self._throttle.close()

    def get(
        self,
        url: str,
        check: Callable[[Reply], T],
        *,
        what: str,
        most: int,
        accept: str = "application/json",
        abroad: bool = False,
        anonymous: bool = False,
    ) -> T:
        """What *check* makes of the answer to a request; that may have any status.

        :param check: raises :class:`ClientError` if the answer is not as it should be.
        :param what: what is asked for, in words for a message.
        :param most: how many bytes the answer may have.
        :param abroad: whether *url* may be, and redirects may lead to, any public host.
        :param anonymous: whether to send no credential.
        :raises ClientError: if no answer comes, or *check* says so.
        """
        with self._lock:
            if self._failed >= self.pace.failures:
                raise StopError(
                    "",
                    f"{self._failed} requests in a row failed, so no more were made: "
                    "try again later",
                )
        ask = _Request(what, most, accept, abroad, anonymous)
        try:
            result = check(self._follow(url, ask))
        except (StopError, ElsewhereError):
            raise
        except ClientError as error:
            self._count(failed=not (error.lasting or isinstance(error, MissingError)))
            raise
        self._count(failed=False)
        return result

    def _count(self, *, failed: bool) -> None:
        with self._lock:
            self._failed = self._failed + 1 if failed else 0

    def _follow(self, url: str, ask: _Request) -> Reply:
        for _ in range(_MOST_HOPS + 1):
            if is_of(self.origin, url):
                reply = self._ask(url, ask, self._patience)
            elif ask.abroad:
                reply = self._ask_abroad(url, ask)
            else:
                raise StopError(
                    ask.what,
                    f"{self.origin} redirects to {_site(url)}; "
                    "if the wiki has moved there, say so with --url",
                )
            location = reply.headers.get("Location")
            if not (300 <= reply.status < 400 and location):
                return reply
            target = _joined(url, _utf8(location))
            if not target:
                why = f"{_site(url)} redirects to what is no address"
                raise ClientError(ask.what, why + ask.advice, lasting=ask.abroad)
            url = target
        why = f"more than {_MOST_HOPS} redirects"
        raise ClientError(ask.what, why + ask.advice, lasting=ask.abroad)

    def _ask_abroad(self, url: str, ask: _Request) -> Reply:
        """Ask another server, whose faults are not the wiki's."""
        if _split(url) is None:
            raise ElsewhereError(ask.what, "this is no address", lasting=True)
        try:
            outside.check(url)
            return self._ask(url, ask, self._patience_abroad)
        except outside.OutsideError as error:
            raise ElsewhereError(ask.what, str(error), lasting=error.lasting) from None
        except ClosedError:
            raise
        except ClientError as error:
            raise ElsewhereError(ask.what, error.why, lasting=error.lasting) from None

    def _ask(self, url: str, ask: _Request, patience: Retry) -> Reply:
        what = ask.what
        while True:
            try:
                self._throttle.turn()
                response = self._send(url, ask)
                with closing(response):
                    try:
                        data = self._read(response, what, ask.most)
                    except HTTPError as error:
                        patience = patience.increment("GET", None, error=error)
                    else:
                        return Reply(response.status_code, data, response.headers, url)
                patience.sleep()
            except Stopped:
                raise ClosedError(what, "broken off") from None
            except TooLong as error:
                raise StopError(
                    what,
                    f"the server asks to wait {error}: run the same command again then",
                ) from None
            except outside.OutsideError:
                raise
            except (requests.RequestException, HTTPError) as error:
                raise ClientError(what, self._reason(error, url)) from None

    def _send(self, url: str, ask: _Request) -> requests.Response:
        session = self._session
        request = session.prepare_request(
            requests.Request(
                "GET", url, {"Accept": ask.accept}, auth=_as_nobody if ask.anonymous else None
            )
        )
        if _DOTS.search(url):
            request.url = url  # requests takes the dots of a page's title for steps in the path
        settings = session.merge_environment_settings(request.url, {}, True, None, None)
        return session.send(
            request,
            allow_redirects=False,
            timeout=(self.pace.connect, self.pace.silence),
            **settings,
        )

    def _read(self, response: requests.Response, what: str, most: int) -> bytes:
        """The body, as far as it is allowed; counted as it is unpacked."""
        too_much = ClientError(what, f"the answer is larger than {_size(most)}", lasting=True)
        if _number(response.headers.get("Content-Length")) > most:
            raise too_much
        until = time.monotonic() + self.pace.whole
        blocks, size = [], 0
        while block := response.raw.read1(_BLOCK, decode_content=True):
            size += len(block)
            if size > most:
                raise too_much
            if time.monotonic() > until:
                why = f"no whole answer within {duration(self.pace.whole)}: try again later"
                raise ClientError(what, why)
            blocks.append(block)
            self._throttle.wait(0)
        return b"".join(blocks)

    def _reason(self, error: BaseException, url: str) -> str:
        """What happened and what may help, from whatever the libraries wrapped it in."""
        chain = [error]
        while len(chain) < 10:
            last = chain[-1]
            inner = getattr(last, "reason", None)
            inner = inner if isinstance(inner, BaseException) else None
            inner = inner or next((arg for arg in last.args if isinstance(arg, Exception)), None)
            if inner is None:
                break
            chain.append(inner)
        site = _site(url)
        for one in chain:
            match one:
                case NameResolutionError():
                    return f"no host is known as {site}: look at the address and the network"
                case NewConnectionError():
                    return f"{site} cannot be reached: look at the address and the network"
                case SSLError() | requests.exceptions.SSLError():
                    return (
                        f"the certificate of {site} is not trusted: "
                        "REQUESTS_CA_BUNDLE can name a file with one that is"
                    )
                case requests.exceptions.ProxyError():
                    return "the proxy does not answer: look at HTTPS_PROXY"
                case TimeoutError() | requests.exceptions.Timeout():
                    return f"{site} does not answer in time: try again later"
                case MaxRetryError():
                    continue
                case HTTPError():
                    return f"the connection to {site} breaks off: try again later"
        return f"the request to {site} failed ({type(chain[-1]).__name__}): try again later"

    def hide(self, text: str) -> str:
        """*text* fit to be shown: on one line, and without the credential."""
        if self._credential:
            value = self._credential.value
            for secret in (value, unquote(value), quote(value, safe="")):
                text = text.replace(secret, "…")
        return printable(text)


def _joined(url: str, location: str) -> str:
    """Where a redirect leads; empty if that can be no address."""
    try:
        target = urljoin(url, location)
    except ValueError:
        return ""
    return target if _split(target) else ""


def _site(url: str) -> str:
    """Where an address leads, without what may be secret in it."""
    parts = _split(url)
    return "{}://{}{}".format(*_place(parts)) if parts else "no address"


def _utf8(header: str) -> str:
    """http.client reads headers as Latin-1; an address may be UTF-8 all the same."""
    try:
        return header.encode("latin-1").decode()
    except UnicodeError:
        return header


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 20 else 0


def _size(number: int) -> str:
    return f"{number / 1e6:.0f} MB" if number >= 1e6 else f"{number / 1e3:.0f} kB"
