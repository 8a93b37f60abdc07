"""An HTTP client that is polite to the wiki and does not trust it.

Polite: few connections, a limited rate, a user agent, and waits as the server asks. After several
failed requests in a row it stops. Careful: replies are limited in size and time, and the
credential is sent to the configured server only, whatever redirects say, and is in no message.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from http.cookiejar import DefaultCookiePolicy
from typing import NamedTuple, Self, TypeVar
from urllib.parse import quote, unquote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from sphinx_scrapbox import __version__
from sphinx_scrapbox.remote import addresses, errors, pacing, public_hosts
from sphinx_scrapbox.remote.credentials import Credential, CredentialKind
from sphinx_scrapbox.remote.errors import ClientError, ClosedError, OtherServerError, StopError

USER_AGENT = f"sphinx-scrapbox/{__version__} (+https://github.com/sphinx-scrapbox/sphinx-scrapbox)"

_TEMPORARY = (429, 500, 502, 503, 504, 520, 521, 522, 523, 524)
_BLOCK = 1 << 16
_MAX_REDIRECTS = 5
_DOTS = re.compile(r"/%2E(?:%2E)?(?=[/?]|$)")
_LOOPBACK = re.compile(r"localhost|127(?:\.\d+){3}|::1")
_Result = TypeVar("_Result")


class _Session(requests.Session):
    """A session that ignores redirects: requests would read the body of one without a limit."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class Reply(NamedTuple):
    """A complete answer; ``url`` is the address after redirects."""

    status: int
    data: bytes
    headers: Mapping[str, str]
    url: str


class _Request(NamedTuple):
    """The parameters of :meth:`Client.get`."""

    what: str
    max_bytes: int
    accept: str
    any_host: bool
    anonymous: bool

    @property
    def advice(self) -> str:
        """The end of a message about answers that no wiki gives."""
        return "" if self.any_host else ": check --url"


class Client:
    """Sends GET requests to one server, and to others that it names.

    Safe to use from up to ``pace.connections`` threads. Close it after use.

    :param origin: the wiki's server, as :func:`.addresses.server_of` returns it.
    """

    def __init__(
        self, origin: str, credential: Credential | None = None, pace: pacing.Pace | None = None
    ) -> None:
        self.origin = origin
        self.pace = pace = pace or pacing.Pace()
        self._credential = credential
        parts = urlsplit(origin)
        is_safe = parts.scheme == "https" or _LOOPBACK.fullmatch(parts.hostname or "")
        if credential and not is_safe:
            raise StopError(
                "",
                f"{credential.kind.value} would be sent to {origin} without encryption: "
                "use an address that begins with https://",
            )
        self._throttle = pacing.Throttle(pace.per_second)
        self._failures = 0
        self._lock = threading.Lock()
        self._retry_wiki = self._retry(pace.retries)
        self._retry_others = self._retry(min(pace.retries, 1))
        self._session = _Session()
        self._session.headers["User-Agent"] = USER_AGENT
        # Needed even without a credential: requests would look for one in ~/.netrc.
        self._session.auth = self._add_credential
        # No cookie of a server is kept.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._mount(f"{origin}/", HTTPAdapter, self._retry_wiki)
        for scheme in addresses.DEFAULT_PORTS:
            self._mount(f"{scheme}://", public_hosts.PublicHostsAdapter, self._retry_others)

    def _add_credential(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._credential and addresses.is_on(self.origin, request.url or ""):
            name, value = self._credential.header
            request.headers[name] = value
        return request

    def _mount(self, prefix: str, adapter: type[HTTPAdapter], retry: Retry) -> None:
        connections = self.pace.connections
        self._session.mount(
            prefix, adapter(pool_maxsize=connections, pool_block=True, max_retries=retry)
        )

    def _retry(self, retries: int) -> pacing.PacedRetry:
        return pacing.PacedRetry(
            total=retries,
            other=0,  # for example an untrusted certificate
            redirect=False,
            status_forcelist=_TEMPORARY,
            allowed_methods={"GET"},
            backoff_factor=self.pace.backoff,
            backoff_max=self.pace.max_wait,
            backoff_jitter=self.pace.backoff / 10,
            raise_on_status=False,
            throttle=self._throttle,
            max_wait=self.pace.max_wait,
        )

    @property
    def kind(self) -> CredentialKind | None:
        """The kind of credential that is sent, if any."""
        return self._credential.kind if self._credential else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._session.close()

    def stop(self) -> None:
        """End all waits; pending requests end with :class:`StopError`."""
        self._throttle.close()

    def get(
        self,
        url: str,
        check: Callable[[Reply], _Result],
        *,
        what: str,
        max_bytes: int,
        accept: str = "application/json",
        any_host: bool = False,
        anonymous: bool = False,
    ) -> _Result:
        """Request *url* and return what *check* makes of the answer, whatever its status.

        :param check: returns a value, or raises :class:`ClientError` for an unexpected answer.
        :param what: what is requested, in words, for messages.
        :param max_bytes: the size limit of the answer.
        :param any_host: whether *url* and redirects may lead to any public host.
        :param anonymous: whether to send no credential.
        :raises ClientError: if there is no answer, or *check* raises it.
        """
        with self._lock:
            if self._failures >= self.pace.failures:
                raise StopError(
                    "",
                    f"{self._failures} requests in a row failed, so no more were sent: "
                    "try again later",
                )
        ask = _Request(what, max_bytes, accept, any_host, anonymous)
        try:
            result = check(self._follow(url, ask))
        except (StopError, OtherServerError):
            raise
        except ClientError as error:
            self._count(failed=not (error.permanent or isinstance(error, errors.MissingError)))
            raise
        self._count(failed=False)
        return result

    def _count(self, *, failed: bool) -> None:
        with self._lock:
            self._failures = self._failures + 1 if failed else 0

    def _follow(self, url: str, ask: _Request) -> Reply:
        for _ in range(_MAX_REDIRECTS + 1):
            if addresses.is_on(self.origin, url):
                reply = self._send_repeatedly(url, ask, self._retry_wiki)
            elif ask.any_host:
                reply = self._ask_other_server(url, ask)
            else:
                raise StopError(
                    ask.what,
                    f"{self.origin} redirects to {addresses.server_name(url)}; "
                    "if the wiki has moved there, name it with --url",
                )
            location = reply.headers.get("Location")
            if not (300 <= reply.status < 400 and location):
                return reply
            target = addresses.redirect_target(url, _utf8(location))
            if not target:
                why = f"{addresses.server_name(url)} redirects to something that is not an address"
                raise ClientError(ask.what, why + ask.advice, permanent=ask.any_host)
            url = target
        why = f"more than {_MAX_REDIRECTS} redirects"
        raise ClientError(ask.what, why + ask.advice, permanent=ask.any_host)

    def _ask_other_server(self, url: str, ask: _Request) -> Reply:
        """Request an address on another server, whose faults are not the wiki's."""
        if addresses.split_address(url) is None:
            raise OtherServerError(ask.what, "this is not an address", permanent=True)
        try:
            public_hosts.check(url)
            return self._send_repeatedly(url, ask, self._retry_others)
        except public_hosts.HostNotAllowedError as error:
            raise OtherServerError(ask.what, str(error), permanent=error.permanent) from None
        except ClosedError:
            raise
        except ClientError as error:
            raise OtherServerError(ask.what, error.why, permanent=error.permanent) from None

    def _send_repeatedly(self, url: str, ask: _Request, retry: Retry) -> Reply:
        what = ask.what
        while True:
            try:
                self._throttle.turn()
                response = self._send(url, ask)
                with closing(response):
                    try:
                        data = self._read(response, what, ask.max_bytes)
                    except HTTPError as error:
                        retry = retry.increment("GET", None, error=error)
                    else:
                        return Reply(response.status_code, data, response.headers, url)
                retry.sleep()
            except pacing.Stopped:
                raise ClosedError(what, "interrupted") from None
            except pacing.WaitTooLong as error:
                raise StopError(
                    what, f"the server asks to wait {error}: run the same command again after that"
                ) from None
            except public_hosts.HostNotAllowedError:
                raise
            except (requests.RequestException, HTTPError) as error:
                raise ClientError(
                    what, errors.reason_of(error, addresses.server_name(url))
                ) from None

    def _send(self, url: str, ask: _Request) -> requests.Response:
        session = self._session
        auth = (lambda request: request) if ask.anonymous else None
        request = session.prepare_request(
            requests.Request("GET", url, {"Accept": ask.accept}, auth=auth)
        )
        if _DOTS.search(url):
            request.url = url  # requests would resolve a page title of dots as path segments
        settings = session.merge_environment_settings(request.url, {}, True, None, None)
        timeout = (self.pace.connect_timeout, self.pace.read_timeout)
        return session.send(request, allow_redirects=False, timeout=timeout, **settings)

    def _read(self, response: requests.Response, what: str, max_bytes: int) -> bytes:
        """The decompressed body, limited in size and time."""
        too_much = ClientError(
            what, f"the answer is larger than {max_bytes / 1e6:.0f} MB", permanent=True
        )
        if (response.raw.length_remaining or 0) > max_bytes:
            raise too_much
        until = time.monotonic() + self.pace.total_timeout
        blocks, size = [], 0
        while block := response.raw.read1(_BLOCK, decode_content=True):
            size += len(block)
            if size > max_bytes:
                raise too_much
            if time.monotonic() > until:
                limit = pacing.duration(self.pace.total_timeout)
                raise ClientError(what, f"no complete answer within {limit}: try again later")
            blocks.append(block)
            self._throttle.wait(0)
        return b"".join(blocks)

    def hide(self, text: str) -> str:
        """Text that is safe to show: on one line, and without the credential."""
        if self._credential:
            value = self._credential.value
            for secret in (value, unquote(value), quote(value, safe="")):
                text = text.replace(secret, "…")
        return errors.printable(text)


def _utf8(header: str) -> str:
    """A header as UTF-8 where it is: http.client decodes all headers as Latin-1."""
    try:
        return header.encode("latin-1").decode()
    except UnicodeError:
        return header
