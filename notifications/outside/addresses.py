"""Which addresses may be called, so that an endpoint's name can never reach into our own network."""

from __future__ import annotations

import ipaddress
import socket
import threading
from queue import Empty, SimpleQueue

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are the address really called
SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")  # RFC 3056: so are bits 16 to 48
NOT_FOR_US: tuple[Network, ...] = (
    ipaddress.IPv4Network("192.88.99.0/24"),  # RFC 7526: relays to anywhere
    ipaddress.IPv4Network("168.63.129.16/32"),  # a cloud's own service behind a public-looking address
)


class NameNotFound(Exception):
    """Raised when a host name gives no address, or none in time."""


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet, whatever it is wrapped in."""
    return _is_public(ipaddress.ip_address(address.partition("%")[0]))


def resolve(host: str, port: int, seconds: float) -> list[str]:
    """The addresses of a host, in the system's order; raises NameNotFound, at the latest after `seconds`."""
    answer: SimpleQueue[list[str] | OSError | UnicodeError] = SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.put(list(dict.fromkeys(str(address[0]) for *_rest, address in found)))
        except (OSError, UnicodeError) as error:
            answer.put(error)

    # The system's look-up knows no time limit; a thread that outlives ours harms nobody.
    threading.Thread(target=look_up, daemon=True, name="look-up").start()
    try:
        found = answer.get(timeout=max(0.0, seconds))
    except Empty as error:
        raise NameNotFound("the name server did not answer in time") from error
    if isinstance(found, Exception):
        raise NameNotFound(str(found)) from found
    return found


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if inner := _inner(address):
            return _is_public(inner)
        if address not in GLOBAL_UNICAST:
            return False
    if any(address in network for network in NOT_FOR_US if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that this one stands for, if any."""
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in SIX_TO_FOUR:
        return address.sixtofour
    return None
