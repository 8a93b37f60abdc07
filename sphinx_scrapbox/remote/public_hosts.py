"""The SSRF guard: requests for addresses that a page names reach public hosts only.

Otherwise anyone who edits a wiki could make the machine that pulls it send requests to its own
network: to a router, a database, a cloud's metadata service. The host is checked twice: when its
name is resolved, and again at the open connection, because a name may resolve differently then
(DNS rebinding).
"""

from __future__ import annotations

import socket
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from sphinx_scrapbox.remote.deadline import (
    TimedAdapter,
    TimedHTTPConnection,
    TimedHTTPSConnection,
)

# NAT64 (RFC 6052): the last 32 bits are an IPv4 address.
_TRANSLATED = IPv6Network("64:ff9b::/96")


class HostNotAllowedError(HTTPError):
    """A host is not public or not known; ``permanent`` if that will not change by itself."""

    def __init__(self, why: str, *, permanent: bool = True) -> None:
        super().__init__(why)
        self.permanent = permanent


def is_public(address: str) -> bool:
    """Whether an IP address is public, also when it is embedded in an IPv6 address.

    >>> is_public("8.8.8.8"), is_public("127.0.0.1"), is_public("::ffff:169.254.169.254")
    (True, False, False)
    """
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if ip in _TRANSLATED:
            inner = IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            ip = inner
    return ip.is_global and not ip.is_multicast


def check(url: str) -> None:
    """Check that the host of *url* is public.

    :raises HostNotAllowedError: if it is not, or cannot be resolved.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme in getproxies() and not proxy_bypass(host):
        with suppress(ValueError):
            _check_address(host)
        return  # only the proxy resolves names
    try:
        resolved = socket.getaddrinfo(host, parts.port or parts.scheme, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise HostNotAllowedError("the host name is not valid") from None
    except socket.gaierror as error:
        permanent = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None))
        raise HostNotAllowedError("the host is not known", permanent=permanent) from None
    except OSError:
        raise HostNotAllowedError("the host is not known", permanent=False) from None
    for *_, socket_address in resolved:
        _check_address(str(socket_address[0]))


def _check_address(address: str) -> None:
    if not is_public(address):
        raise HostNotAllowedError("the host is not public, so nothing was requested")


class _PublicHTTPConnection(TimedHTTPConnection):
    def _new_conn(self) -> socket.socket:
        connection = super()._new_conn()
        try:
            _check_address(str(connection.getpeername()[0]))
        except BaseException:
            connection.close()
            raise
        return connection


class _PublicHTTPSConnection(_PublicHTTPConnection, TimedHTTPSConnection):
    """The same with TLS."""


class _PublicHTTPPool(HTTPConnectionPool):
    ConnectionCls = _PublicHTTPConnection


class _PublicHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _PublicHTTPSConnection


class PublicHostsAdapter(TimedAdapter):
    """Connects to public addresses only; a proxy may be anywhere."""

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _PublicHTTPPool,
            "https": _PublicHTTPSPool,
        }
