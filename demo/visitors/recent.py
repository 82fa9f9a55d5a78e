"""What happened lately, by whom: a network pushes out what it did itself, and nothing of others'."""

from __future__ import annotations

import time
from collections.abc import Hashable
from typing import Generic, NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

LASTS = 120.0  # seconds
MOST_OF_A_NETWORK = 500  # things


class Entry(NamedTuple, Generic[V]):
    """A thing that is known."""

    value: V
    network: str
    at: float  # in seconds of `time.monotonic`


class Recent(Generic[K, V]):
    """Values by their keys, each for `LASTS`."""

    def __init__(self) -> None:
        self._entries: dict[K, Entry[V]] = {}  # the latest last
        self._keys: dict[str, dict[K, None]] = {}  # of each network, likewise

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: K) -> bool:
        return self.get(key) is not None

    def put(self, key: K, value: V, network: str) -> None:
        """Know a value from now on; `network`: whose doing it is."""
        self._remove(key)
        self._entries[key] = Entry(value, network, time.monotonic())
        own = self._keys.setdefault(network, {})
        own[key] = None
        if len(own) > MOST_OF_A_NETWORK:
            self._remove(next(iter(own)))
        while self._is_over(oldest := next(iter(self._entries))):
            self._remove(oldest)

    def get(self, key: K) -> V | None:
        """The value, while it is known."""
        return None if key not in self._entries or self._is_over(key) else self._entries[key].value

    def _is_over(self, key: K) -> bool:
        return time.monotonic() - self._entries[key].at > LASTS

    def _remove(self, key: K) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            own = self._keys[entry.network]
            del own[key]
            if not own:
                del self._keys[entry.network]
