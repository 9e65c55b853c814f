"""Carry a message out of the site: only to addresses that were looked at, in bounded time, following nothing."""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from app.eligibility.service.webhooks import Parcel

TIMEOUT_SECONDS = 10
LONGEST_CALL = 20.0
Resolve = Callable[[str, int], Sequence[str]]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Carrier(Protocol):
    """What takes a message to its receiver."""

    def carry(self, parcel: Parcel) -> str:
        """Hand one message over; returns why it could not be, or nothing."""
        ...


def resolve(host: str, port: int) -> list[str]:
    """Every address of a host; raises OSError where it has none."""
    return [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def refused(address: str, allowed: Iterable[Network]) -> bool:
    """Whether an address must not be called: it is not public, and no network let in by the operator holds it."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return refused(str(inner), allowed)
    if any(found.version == network.version and found in network for network in allowed):
        return False
    return not found.is_global or found.is_multicast


class _Pinned(http.client.HTTPConnection):
    """Connects to the very address that was looked at, whatever the name says a moment later."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=TIMEOUT_SECONDS)
        self._address, self._context = address, context
        self.default_port = 443 if context else 80  # what the Host header leaves out

    def connect(self) -> None:
        """Open the connection, inside TLS with the certificate checked against the name."""
        plain = socket.create_connection((self._address, self.port), TIMEOUT_SECONDS)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host) if self._context else plain


@dataclass(frozen=True)
class HttpCarrier:
    """Posts by HTTP. `networks` are those beyond the public internet that may be called."""

    networks: tuple[str, ...] = ()
    resolve: Resolve = resolve
    context: ssl.SSLContext | None = None

    def carry(self, parcel: Parcel) -> str:
        """Hand one message over; returns why it could not be, or nothing. Anything but 2xx is a failure."""
        parts = urlsplit(parcel.url)
        host, inside = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if inside else 80)
        try:
            address = self._address(host, port)
            if address is None:
                return "refused: the address is not public"
            context = (self.context or ssl.create_default_context()) if inside else None
            return _post(_Pinned(host, port, address, context), parcel, _target(parts.path, parts.query))
        except (OSError, http.client.HTTPException, ValueError) as error:
            return f"{type(error).__name__}: {error}"[:300]

    def _address(self, host: str, port: int) -> str | None:
        """The first address of the host, provided that every one may be called."""
        allowed = [ipaddress.ip_network(one) for one in self.networks]
        addresses = list(self.resolve(host, port))
        if not addresses or any(refused(one, allowed) for one in addresses):
            return None
        return addresses[0]


def _target(path: str, query: str) -> str:
    return (path or "/") + (f"?{query}" if query else "")


def _post(connection: http.client.HTTPConnection, parcel: Parcel, target: str) -> str:
    """Post and read the status only; a receiver that trickles is cut off."""
    watchdog = threading.Timer(LONGEST_CALL, _cut, [connection])
    watchdog.daemon = True
    watchdog.start()
    try:
        connection.request("POST", target, body=parcel.body, headers=parcel.headers)
        status = connection.getresponse().status
    finally:
        watchdog.cancel()
        connection.close()
    if 200 <= status < 300:
        return ""
    return f"redirect {status} not followed" if 300 <= status < 400 else f"status {status}"


def _cut(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
