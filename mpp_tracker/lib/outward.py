"""How does the product send something to an address that somebody chose, without being led into a network of ours?

The name is resolved once, every address it has must be public, and the connection goes to one of those addresses: a
name that means something else a moment later changes nothing. No redirect is followed and no proxy asked. It is
Python's own client, because that takes a socket which was opened by whoever checked; those libraries that ask the name
again, or follow, would have to be kept from it.
"""

import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPSConnection
from ipaddress import IPv6Address, IPv6Network, ip_address
from threading import Event, Timer
from urllib.parse import urlsplit

import certifi

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]+", re.ASCII)
# Addresses of IPv6 that are written around one of IPv4, which could be anybody's: tunnels and translators.
_AROUND_IPV4 = tuple(
    IPv6Network(network) for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "::/96")
)


class NoAddressError(Exception):
    """The address is none that may be reached: not written so, unknown, or not public. Which, is not said."""


class NoAnswerError(Exception):
    """Nobody answered there, not in time, or not as whom the name promises."""


def is_public(address: str) -> bool:
    """Return whether an IP address belongs to the public internet, so that no service of ours hides behind it."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if any(ip in network for network in _AROUND_IPV4):
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_kind, address in found))


@dataclass(frozen=True)
class Network:
    """Who can be reached. The product has one, `INTERNET`; tests make one of their own."""

    resolve: Callable[[str, int], list[str]] = _resolve
    is_allowed: Callable[[str], bool] = is_public
    ports: frozenset[int] = frozenset({443, 8443})
    authorities: str = certifi.where()
    seconds: float = 10
    """So long all of it may take together, however slowly the other side answers."""

    def address_of(self, host: str, port: int) -> str:
        """Return an address of a name to connect to.

        Raises:
            NoAddressError: it has none, or one that may not be reached.
        """
        try:
            addresses = self.resolve(host, port)
            allowed = [self.is_allowed(address) for address in addresses]
        except (OSError, ValueError) as error:
            raise NoAddressError from error
        if not allowed or not all(allowed):
            raise NoAddressError
        return addresses[0]


INTERNET = Network()


@dataclass(frozen=True)
class Target:
    """Where an address leads."""

    host: str
    port: int
    path: str


def target_of(url: str, *, network: Network = INTERNET) -> Target:
    """Return where an address leads, without asking anybody.

    Raises:
        NoAddressError: it is not `https`, names a person or a port that is not one of a web server, or is no address.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", 443 if parts.port is None else parts.port
    except ValueError as error:
        raise NoAddressError from error
    is_plain = url.isascii() and url.isprintable() and not set(url) & {" ", "\\"} and "@" not in parts.netloc
    if not (parts.scheme == "https" and is_plain and _HOST.fullmatch(host) and port in network.ports):
        raise NoAddressError
    try:
        is_refused = not network.is_allowed(host)
    except ValueError:
        is_refused = False  # a name, which is looked up when something is sent
    if is_refused or host == "localhost" or host.endswith(".localhost"):
        raise NoAddressError
    return Target(host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def post(url: str, body: bytes, headers: Mapping[str, str], *, network: Network = INTERNET) -> int:
    """Send `body` and return the status of the answer, of which nothing else is read.

    Raises:
        NoAddressError: the address may not be reached.
        NoAnswerError: nobody answered there.
    """
    target = target_of(url, network=network)
    address = network.address_of(target.host, target.port)
    context = ssl.create_default_context(cafile=network.authorities)
    try:
        with (
            socket.create_connection((address, target.port), timeout=network.seconds) as line,
            _hung_up_after(network.seconds, line),
        ):
            return _post(line, context, target, body, headers)
    except (OSError, HTTPException) as error:
        raise NoAnswerError from error


@contextmanager
def _hung_up_after(seconds: float, line: socket.socket) -> Iterator[None]:
    """Hang up when all of it takes too long: the line's own time-out begins anew with every byte that dribbles in."""
    # By a name of its own, for encryption takes the first one away.
    with closing(line.dup()) as same_line:
        is_over = Event()
        deadline = Timer(seconds, _hang_up, [same_line, is_over])
        deadline.daemon = True
        deadline.start()
        try:
            yield
        finally:
            deadline.cancel()
            deadline.join()
        if is_over.is_set():
            # What was cut short may have looked like an answer.
            raise TimeoutError


def _post(line: socket.socket, context: ssl.SSLContext, target: Target, body: bytes, headers: Mapping[str, str]) -> int:
    with closing(HTTPSConnection(target.host, target.port, context=context)) as connection:
        connection.sock = context.wrap_socket(line, server_hostname=target.host)
        connection.request("POST", target.path, body=body, headers=dict(headers))
        return connection.getresponse().status


def _hang_up(line: socket.socket, is_over: Event) -> None:
    is_over.set()
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended by itself
