"""How much of the disk what visitors send may take, and when it goes."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from pathlib import Path

from demo.visitors.ledger import Ledger

MEGABYTE = 1_000_000  # bytes
LARGEST = 50  # megabytes of a file
EACH = 2_000_000_000  # bytes of a network, and as much of what is made for it
TOTAL = 8_000_000_000  # bytes of all
COMING = 2_000_000_000  # bytes of all that are on their way
COMING_EACH = 500_000_000  # bytes of a network that are on their way
LEAST = 16_384  # bytes that a file counts for, however short: a disk has so many blocks, and names, and no more
RESERVE = 500_000_000  # bytes of the disk that stay free
UNUSED_FOR = 900.0  # seconds: then a file goes that no session uses
SPARED_FOR = 60.0  # seconds: by then the page has told what it is for


class NoRoomError(OSError):
    """What is being sent would take more than there is for this visitor, or for all."""


class Uploads:
    """What was sent by whom, and what is on its way.

    Gradio puts a file into a folder that is called after what is in it: two visitors may have sent it.
    """

    def __init__(
        self, home: Callable[[], Path], used: Callable[[], Collection[Path]] = frozenset, largest: int = LARGEST
    ) -> None:
        """`home`: the folder that all is in; `used`: the files that sessions hold on to; `largest`: MB of a file."""
        self._home, self._used, self.largest = home, used, largest
        self._others: frozenset[Path] = frozenset()  # folders that were there before anybody sent anything
        self._coming: Counter[str] = Counter()  # bytes, by network
        self._sent: dict[tuple[str, Path], float] = {}  # when, in seconds of `time.monotonic`, by network and folder
        self._in_use: frozenset[Path] = frozenset()  # as it was when somebody looked last
        self._senders: Counter[Path] = Counter()  # how many have sent what is in a folder
        self._ledger: Ledger[tuple[str, Path]] = Ledger(EACH, TOTAL, self._is_spared)

    @property
    def most_at_once(self) -> int:
        """The bytes of a request: of the largest file, and what is around it."""
        return (self.largest + 1) * MEGABYTE

    def spare_what_is_there(self) -> None:
        """From now on visitors come: what lies there already, such as the examples, stays whoever sends the same."""
        if self._home().is_dir():
            self._others = frozenset(self._home().iterdir())

    def come(self, network: str, size: int) -> None:
        """So many bytes more are on their way, or less; raises `NoRoomError` where there is no room for them."""
        if size > 0 and not self._has_room(network, size):
            self.tidy_up()
            if not self._has_room(network, size):
                raise NoRoomError
        self._coming[network] += size
        if not self._coming[network]:
            del self._coming[network]

    def arrived(self, network: str, paths: Iterable[Path]) -> None:
        """Files are there; where it has become too much, others go that nobody uses."""
        self._look()
        for folder in {path.parent for path in paths} - self._others:
            self._senders[folder] += (network, folder) not in self._sent
            self._sent[network, folder] = time.monotonic()
            with suppress(OSError):
                # The same file by several names
                size = sum(max(LEAST, path.stat().st_size) for path in folder.iterdir())
                for gone in self._ledger.enter((network, folder), network, size):
                    self._remove(gone)

    def tidy_up(self) -> None:
        """What no session has used for a while goes, and so do the remains of uploads that were broken off."""
        self._look()
        before = time.monotonic() - UNUSED_FOR
        for key, since in list(self._sent.items()):
            if not self._is_in_use(key) and since < before:
                self._ledger.remove(key)
                self._remove(key)
        for path in self._home().glob("tmp*"):  # as Gradio calls what isn't complete
            with suppress(OSError):
                if path.is_file() and time.time() - path.stat().st_mtime > UNUSED_FOR:
                    path.unlink()
        for folder in self._home().glob("*/"):  # it is made before its file is named, which may be refused
            with suppress(OSError):
                if time.time() - folder.stat().st_mtime > UNUSED_FOR:
                    folder.rmdir()

    def _has_room(self, network: str, size: int) -> bool:
        """What is there of others doesn't count: who uses most makes room, once a file has arrived."""
        mine, coming = self._coming[network] + size, self._coming.total() + size
        return (
            self._ledger.used(network) + mine <= EACH
            and mine <= COMING_EACH
            and coming <= COMING
            and free_space(self._home()) - size >= RESERVE
        )

    def _look(self) -> None:
        self._in_use = frozenset(path.parent for path in self._used())

    def _is_in_use(self, key: tuple[str, Path]) -> bool:
        return key[1] in self._in_use

    def _is_spared(self, key: tuple[str, Path]) -> bool:
        """Whether it is in use, or was sent so lately that no session may hold on to it yet."""
        return self._is_in_use(key) or time.monotonic() - self._sent[key] < SPARED_FOR

    def _remove(self, key: tuple[str, Path]) -> None:
        """Remove a file, unless somebody else has sent it too."""
        del self._sent[key]
        self._senders[key[1]] -= 1
        if not self._senders[key[1]]:
            del self._senders[key[1]]
            shutil.rmtree(key[1], ignore_errors=True)


def free_space(folder: Path) -> int:
    """The bytes that are free on the disk of a folder, which needn't be there yet."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    return shutil.disk_usage(there).free
