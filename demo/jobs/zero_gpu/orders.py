"""What a visitor wants of a run in another process: the last word, in a file that the worker looks at each step."""

from __future__ import annotations

import os
import pickle
import secrets
from contextlib import suppress
from pathlib import Path

from nst_core.config import TransferConfig
from nst_core.files import replacing

LEAVE = "leave"  # instead of a config: nobody wants the rest


class Orders:
    """The page's side: a file in `folder`, which nobody else may write to, as it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / secrets.token_hex(8)
        self.is_left = self._is_over = False

    def steer(self, config: TransferConfig) -> None:
        """Go on by `config`."""
        self._write(config)

    def leave(self) -> None:
        """Stop after the step at hand."""
        self.is_left = True
        self._write(LEAVE)

    def remove(self) -> None:
        """Nobody reads it any more."""
        self._is_over = True
        self.path.unlink(missing_ok=True)

    def _write(self, order: TransferConfig | str) -> None:
        if self._is_over:
            return
        with suppress(FileNotFoundError), replacing(self.path) as temporary:  # the page's process ends, and all with it
            temporary.write_bytes(pickle.dumps(order))


class Reader:
    """The worker's side."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self.is_left = False  # whether nobody wants the rest, as of the last look

    def look(self) -> TransferConfig | None:
        """The config to go on by, where there was an order since the last look."""
        try:
            file = os.stat(self._path)
            if self._seen == (stamp := (file.st_mtime_ns, file.st_ino)):  # each order is a file of its own
                return None
            order = pickle.loads(self._path.read_bytes())
        except FileNotFoundError:  # there was none so far
            return None
        self._seen = stamp
        self.is_left = order == LEAVE
        return None if self.is_left else order
