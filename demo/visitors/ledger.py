"""What is kept for whom, in bytes, and who makes room when it gets too much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from typing import Generic, NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)


class Entry(NamedTuple):
    """A thing that is kept."""

    network: str  # of the visitor whose it is
    size: int  # bytes


class Ledger(Generic[K]):
    """So many bytes for each network, and so many in all.

    What goes first is the network's own, where that has too much; else the oldest of the network that has most. What is
    spared never goes: when nothing else is left, the newcomer has no room.
    """

    def __init__(self, each: int, total: int, is_spared: Callable[[K], bool] = lambda key: False) -> None:
        """`each`, `total`: bytes; `is_spared`: whether a thing is in use."""
        self._each, self._total, self._is_spared = each, total, is_spared
        self._entries: dict[K, Entry] = {}  # what was entered last stands last
        self._used: Counter[str] = Counter()  # bytes, by network

    def __contains__(self, key: K) -> bool:
        return key in self._entries

    def used(self, network: str | None = None) -> int:
        """The bytes of a network, of all for None."""
        return self._used.total() if network is None else self._used[network]

    def enter(self, key: K, network: str, size: int) -> list[K]:
        """Enter a thing, or its new size; returns what has to go, which may be the thing itself, and is out by then."""
        self.remove(key)
        self._entries[key] = Entry(network, size)
        self._used[network] += size
        gone: list[K] = []
        while (payer := self._payer(key)) is not None:
            self.remove(payer)
            gone.append(payer)
        return gone

    def remove(self, key: K) -> None:
        """A thing is gone, if it was there."""
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self._used[entry.network] -= entry.size
        if not self._used[entry.network]:
            del self._used[entry.network]

    def _payer(self, key: K) -> K | None:
        """What has to go for a thing, or None where all is well, as it is once the thing itself has gone."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if self.used(entry.network) > self._each:
            payers = [entry.network]
        elif self.used() > self._total:
            payers = [network for network, _ in self._used.most_common()]
        else:
            return None
        return next((found for payer in payers if (found := self._oldest(payer, key)) is not None), key)

    def _oldest(self, network: str, beside: K) -> K | None:
        return next(
            (
                key
                for key, entry in self._entries.items()
                if entry.network == network and key != beside and not self._is_spared(key)
            ),
            None,
        )
