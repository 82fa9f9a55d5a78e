"""How many connections a network may hold, and for how long without a request: a system has so many, and no more.

uvicorn waits for ever for a request that doesn't come, or comes a letter at a time. Once a process can have no further
file, nobody reaches it any more.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address, ip_network
from typing import Any

from demo.visitors.identity import network_of

MOST = 1000  # of a network, whose pages have a few hundred streams at the most
USUAL, ENOUGH = 1024, 65_536  # files that a process may have open where the system doesn't tell; more are of no use
SHARE, EACH = 0.8, 0.25  # of these: for all connections, and for those of a network
PATIENCE = 20.0  # seconds for a request, from its first letter or none to the end of its head
LOOK_EVERY = 5.0  # seconds


class Connections:
    """Those that are open, by network."""

    def __init__(self, trusted: Sequence[str], files: int) -> None:
        """`trusted`: addresses and networks of proxies, who bring everybody; `files`: that the process may open."""
        self._trusted = [ip_network(each) for each in trusted]
        self._most, self._each = int(SHARE * files), min(MOST, int(EACH * files))
        self._open: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Whether there is room for one more from an address; it counts then."""
        network = network_of(address)
        if self._open.total() >= self._most or (self._open[network] >= self._each and not self._is_trusted(address)):
            return False
        self._open[network] += 1
        return True

    def leave(self, address: str) -> None:
        """One from an address is closed."""
        network = network_of(address)
        self._open[network] -= 1
        if not self._open[network]:
            del self._open[network]

    def _is_trusted(self, address: str) -> bool:
        with suppress(ValueError):
            ip = ip_address(address)
            return any(ip in network for network in self._trusted)
        return False


def limited(protocol: type[Any], connections: Connections) -> type[Any]:
    """uvicorn's `protocol`, each of whose instances is a connection, within these limits."""

    class Limited(protocol):  # type: ignore[misc]
        _address: str | None = None  # once it counts
        _look: asyncio.TimerHandle | None = None
        _asked: Any = None  # the last request that was seen

        def connection_made(self, transport: Any) -> None:
            """See `asyncio.Protocol`."""
            peer = transport.get_extra_info("peername")
            address = str(peer[0]) if peer else ""
            super().connection_made(transport)
            if not connections.enter(address):
                transport.abort()
                return
            self._address = address
            self._quiet_since = self.loop.time()
            self._look_soon()

        def connection_lost(self, error: Exception | None) -> None:
            """See `asyncio.Protocol`."""
            if self._look is not None:
                self._look.cancel()
            if self._address is not None:
                connections.leave(self._address)
                self._address = None
            super().connection_lost(error)

        def _look_soon(self) -> None:
            self._look = self.loop.call_later(LOOK_EVERY, self._close_if_quiet)

        def _close_if_quiet(self) -> None:
            """A connection without a request, or whose last one was answered long ago, is closed."""
            now, asked = self.loop.time(), self.cycle
            if asked is not self._asked or (asked is not None and not asked.response_complete):
                self._asked, self._quiet_since = asked, now
            if now - self._quiet_since < PATIENCE:
                self._look_soon()
            else:
                self.transport.abort()

    return Limited


def most_files() -> int:
    """How many files this process may have open, from now on as many as the system lets it have."""
    with suppress(ImportError, ValueError, OSError):  # Windows counts otherwise
        import resource

        now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = ENOUGH if most == resource.RLIM_INFINITY else min(most, ENOUGH)
        if now not in (resource.RLIM_INFINITY, wanted):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
        return wanted
    return USUAL
