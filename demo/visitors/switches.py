"""What whoever runs the server may do while it serves: keep networks out, and close it for a while."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from nst_core.errors import InputError

logger = logging.getLogger(__name__)

T = TypeVar("T")
Networks = tuple[IPv4Network | IPv6Network, ...]
LOOK_EVERY = 1.0  # seconds: so long may it take until a file that was changed counts


class Watched(Generic[T]):
    """What stands in a file, read anew when it changes; a file that isn't there is empty."""

    def __init__(self, path: str, read: Callable[[Path], T], empty: T) -> None:
        """`read`: raises `OSError` or `ValueError` for what makes no sense; what stood there before counts on."""
        self.path, self._read = path, read
        self._empty = self._found = empty
        self._looked, self._stamp = -LOOK_EVERY, (0, 0)
        self._lock = Lock()

    def value(self) -> T:
        """What stands there now, or stood a moment ago."""
        with self._lock:
            if self.path and time.monotonic() >= self._looked + LOOK_EVERY:
                self._look()
                self._looked = time.monotonic()
            return self._found

    def _look(self) -> None:
        try:
            status = Path(self.path).stat()
            stamp = status.st_mtime_ns, status.st_size
            if stamp != self._stamp:
                self._stamp = stamp
                self._found = self._read(Path(self.path))
        except FileNotFoundError:
            self._stamp, self._found = (0, 0), self._empty
        except (OSError, ValueError) as error:
            logger.error("%s isn't heeded: %s", self.path, error)


def networks_in(text: str) -> Networks:
    """Addresses and networks, one a line, and what follows a #; raises `ValueError` for anything else."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return tuple(ip_network(line, strict=False) for line in lines if line)


def _networks_of(path: Path) -> Networks:
    return networks_in(path.read_text("utf-8"))


def _reason_of(path: Path) -> str:
    """What stands in a file; where it can't be read it is there all the same, and says nothing."""
    try:
        return path.read_text("utf-8", errors="replace").strip()
    except FileNotFoundError:
        raise
    except OSError:
        return ""


class Switches:
    """Files by which it is told: `bans` names networks, and while `closed` is there no picture is begun."""

    def __init__(self, bans: str = "", closed: str = "") -> None:
        """The paths of the files; "" = none."""
        self._bans: Watched[Networks] = Watched(bans, _networks_of, ())
        self._closed: Watched[str | None] = Watched(closed, _reason_of, None)

    def check_files(self) -> None:
        """Raise `ValueError` for a list that makes no sense from the beginning."""
        if self._bans.path:
            try:
                _networks_of(Path(self._bans.path))
            except (OSError, ValueError) as error:
                raise ValueError(f"the list {self._bans.path} can't be used ({error}); check --ban-file") from error

    def is_banned(self, network: str) -> bool:
        """Whether a visitor's network, as `network_of` tells it, is kept out, whole or in part."""
        banned = self._bans.value()
        if not banned:
            return False
        try:
            theirs = ip_network(network)
        except ValueError:  # a proxy's own word
            return False
        return any(theirs.version == each.version and theirs.overlaps(each) for each in banned)

    def check_open(self) -> None:
        """Raise `InputError`, by the sentence of whoever closed it, where no picture may be begun."""
        reason = self._closed.value()
        if reason:
            raise InputError(reason, "closed", reason=reason)
        if reason is not None:
            raise InputError("no pictures are painted here at the moment; come back later", "closed_for_now")
