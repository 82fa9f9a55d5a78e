"""What takes seconds to find out, kept from one run to the next: how fast this machine is, its compiled loops.

One file a fact, in the user's cache folder or the one that the environment's `NST_CACHE` names; empty, it means none.
A file is believed only if it is whole, by its digest, and of the same circumstances; else it is as if it weren't there.
"""

from __future__ import annotations

import functools
import hashlib
import json
import logging
import os
import platform
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from nst_core.files import expand_home, replacing

logger = logging.getLogger(__name__)

LARGEST = 10_000_000  # bytes of a file; the compiled loops have a few hundred thousand

Circumstances = Mapping[str, str | int | None]  # what a fact depends on, in terms of JSON


def recall(name: str, circumstances: Circumstances | None = None) -> Any | None:
    """What was last remembered as `name` in such circumstances; None if that was nothing, or can't be read.

    The circumstances are this machine's unless others are given.
    """
    decisive = circumstances or machine()
    path = _path(name, decisive)
    try:
        if path is None or not path.is_file() or path.stat().st_size > LARGEST:  # a pipe would be waited for
            return None
        record = json.loads(path.read_text("utf-8"))
        value = record["value"]
        return value if record["digest"] == _digest(name, decisive, value) else None
    except (OSError, ValueError, RecursionError, TypeError, KeyError):
        return None


def remember(name: str, value: Any, circumstances: Circumstances | None = None) -> None:
    """Keep `value`, anything that JSON can say, as `name` (letters, digits and dashes); no harm if it can't be kept."""
    decisive = circumstances or machine()
    path = _path(name, decisive)
    text = json.dumps({"digest": _digest(name, decisive, value), "value": value})
    if path is not None:
        with suppress(OSError, RuntimeError):  # RuntimeError: links in a circle, before Python 3.13
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as temporary:
                temporary.write_text(text, "utf-8")


def keeps() -> bool:
    """Whether there is a folder for what is remembered."""
    return _folder(os.environ.get("NST_CACHE")) is not None


def machine() -> Circumstances:
    """What else decides how fast something is: home folders are shared by machines, and a machine by processes."""
    import torch  # here: what is kept of other circumstances doesn't depend on it

    return {
        "name": platform.node(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "torch": str(torch.__version__),
        "instructions": torch.backends.cpu.get_cpu_capability(),
    }


def _digest(*content: Any) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _path(name: str, circumstances: Circumstances) -> Path | None:
    folder = _folder(os.environ.get("NST_CACHE"))
    return None if folder is None else folder / f"{name}-{_digest(circumstances)[:16]}.json"


def _folder(named: str | None) -> Path | None:
    """The folder `named` by the environment, the user's own for None; None where there is none, nor a home for one."""
    return _own_folder() if named is None else _at_home(named) if named else None


def _own_folder() -> Path | None:
    from platformdirs import user_cache_path

    try:
        place = user_cache_path("nst_core", appauthor=False)
    except RuntimeError:  # nobody knows a home, as in a container whose user has no name
        return None
    return place if place.is_absolute() else None  # "~/.cache" of earlier versions of platformdirs


@functools.cache  # told once
def _at_home(named: str) -> Path | None:
    place = expand_home(named)
    if not place.parts[0].startswith("~"):
        return place
    logger.warning("NST_CACHE is %s, and there is no such home: nothing is kept for the next run", named)
    return None


def _processor() -> str:
    """The processor's model; Linux tells it nowhere else."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    return platform.processor()
