"""Pictures decoded in processes of their own, which are limited in memory and time, and ended where they stray."""

from __future__ import annotations

import atexit
import json
import logging
import math
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Timer
from typing import Any

from PIL import Image

from nst_core.errors import InputError

logger = logging.getLogger(__name__)

PROCESSES = 2  # at once, however many people come
SECONDS = 60.0  # until an answer is no longer waited for; it has a limit of processor time as well
_ROOT = Path(__file__).parents[2]
_MOST_LETTERS = 10_000  # of an answer without its pixels
_BYTES = {"RGB": 3, "RGBA": 4}  # a pixel
_ALONE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")  # threads reserve addresses


class Decoder:
    """A process that decodes one picture at a time; it starts with the first, and after one that ended it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def decode(self, path: Path, size: int) -> Image.Image:
        """A picture file for a result of that `size`, "RGBA" where it has transparent parts, with the file's `format`.

        Raises `InputError` for what can't be used, `FileNotFoundError` for what isn't there.
        """
        answer, pixels = self._answer(path, size)
        image = Image.frombytes(answer["mode"], answer["size"], pixels)
        image.format = answer["format"]
        return image

    def size_of(self, path: Path) -> tuple[int, int]:
        """The size (width, height) that a picture file has as it is stored, told by its head alone.

        Raises as `decode` does.
        """
        answer, _ = self._answer(path, None)
        width, height = answer["size"]
        return width, height

    def _answer(self, path: Path, wanted: int | None) -> tuple[dict[str, Any], bytes]:
        try:
            process = self._started()
        except OSError as error:
            raise _too_hard() from error
        timer = Timer(SECONDS, process.kill)
        timer.daemon = True  # the program may end meanwhile
        timer.start()
        try:
            return self._asked(process, path, wanted)
        except (OSError, EOFError, ValueError, KeyError) as error:
            if isinstance(error, InputError | FileNotFoundError):
                raise
            self.stop()
            raise _too_hard() from error
        finally:
            timer.cancel()

    def _asked(self, process: subprocess.Popen[bytes], path: Path, wanted: int | None) -> tuple[dict[str, Any], bytes]:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps({"path": str(path), "wanted": wanted}).encode() + b"\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline(_MOST_LETTERS))
        if "size" not in answer:
            raise _refusal(answer)
        length = _BYTES[answer["mode"]] * math.prod(answer["size"]) if wanted is not None else 0
        pixels = process.stdout.read(length)
        if len(pixels) < length:
            raise EOFError
        return answer, pixels

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.stop()
            path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "demo.form.decoder"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # libraries complain there, in the words of whoever sent the picture
                env={**os.environ, **_ALONE, "PYTHONPATH": path},
                start_new_session=True,  # Ctrl-C is the page's own business
            )
            atexit.register(self.stop)
        return self._process

    def stop(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            atexit.unregister(self.stop)
            process.kill()
            with suppress(OSError), process:
                pass  # waited for, its pipes closed


class Decoders:
    """So many processes, for whoever comes; a network leaves one of them to others, as a picture may take long."""

    def __init__(self, count: int) -> None:
        self._free = [Decoder() for _ in range(count)]
        self._each = max(1, count - 1)
        self._busy: Counter[str] = Counter()  # by network
        self._waiting: list[Ticket] = []  # in the order they came
        self._changed = Condition()

    @contextmanager
    def one(self, network: str) -> Iterator[Decoder]:
        """One of them, as soon as one is free for this network."""
        taken = self._take(Ticket(network))
        try:
            yield taken
        finally:
            with self._changed:
                self._busy[network] -= 1
                self._busy += Counter()  # those of whom nothing is left go
                self._free.append(taken)  # which is the next one to be used: it is warm
                self._changed.notify_all()

    def _take(self, ticket: Ticket) -> Decoder:
        with self._changed:
            self._waiting.append(ticket)
            self._changed.wait_for(lambda: self._free and self._next() is ticket)
            self._waiting.remove(ticket)
            self._busy[ticket.network] += 1
            self._changed.notify_all()
            return self._free.pop()

    def _next(self) -> Ticket | None:
        return next((each for each in self._waiting if self._busy[each.network] < self._each), None)


@dataclass(frozen=True, eq=False)
class Ticket:
    """One who waits."""

    network: str


_decoders = Decoders(PROCESSES)


def decoder(network: str = "") -> AbstractContextManager[Decoder]:
    """One of the processes, as soon as one is free for this network."""
    return _decoders.one(network)


def _refusal(answer: Mapping[str, Any]) -> Exception:
    if "refused" in answer:
        return InputError(answer["refused"], answer["about"], **answer["values"])
    if "lost" in answer:
        return FileNotFoundError()
    if "failed" in answer:
        logger.error("a picture can't be decoded: %s", answer["failed"])
    return _too_hard()


def _too_hard() -> InputError:
    return InputError(
        "the picture takes more memory or time to decode than there is for it; scale it down first, or save it as JPEG",
        "too_hard",
    )
