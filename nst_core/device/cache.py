"""Small facts about this machine that take seconds to find out, kept from one run to the next.

One file a fact, in the user's cache folder or the one that the environment's `NST_CACHE` names; empty, it means none.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from nst_core.files import replacing


def recall(name: str) -> Any | None:
    """What was last remembered as `name` on this machine; None if that was nothing, or can't be read."""
    path = _path(name)
    if path is None:
        return None
    try:
        record = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return record.get("value") if isinstance(record, dict) and record.get("machine") == machine() else None


def remember(name: str, value: Any) -> None:
    """Keep `value`, anything that JSON can say, as `name` (letters, digits and dashes); no harm if it can't be kept."""
    path = _path(name)
    text = json.dumps({"machine": machine(), "value": value})
    if path is not None:
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as temporary:
                temporary.write_text(text, "utf-8")


def machine() -> dict[str, str | int | None]:
    """What else decides how fast something is: home folders are shared by machines, and a machine by processes."""
    return {
        "name": platform.node(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "torch": str(torch.__version__),
        "instructions": torch.backends.cpu.get_cpu_capability(),
    }


def _path(name: str) -> Path | None:
    from platformdirs import user_cache_path

    folder = os.environ.get("NST_CACHE")
    if folder == "":
        return None
    place = Path(folder).expanduser() if folder else user_cache_path("nst_core", appauthor=False)
    digest = hashlib.sha256(json.dumps(machine()).encode()).hexdigest()[:16]
    return place / f"{name}-{digest}.json"


def _processor() -> str:
    """The processor's model; Linux tells it nowhere else."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    return platform.processor()
