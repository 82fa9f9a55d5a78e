"""The connection to a Ray cluster: made, watched, made anew. `ray` is imported when one is asked for."""

from __future__ import annotations

import logging
import os
import secrets
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from nst_core.extras import require

AUTO = "auto"  # the cluster that this machine is a node of
LOCAL = "local"
REACHED_WITHIN = 2.0  # seconds


class Cluster:
    """Ray, of this machine or of several; one for a process."""

    def __init__(self, address: str = LOCAL) -> None:
        """`address`: "local" starts Ray here, for this process alone; "auto" or HOST:PORT connects to what is there.

        Raises `ValueError` where that can't be.
        """
        self.is_own, self._address = address == LOCAL, address
        set_environment(self.is_own)
        require("ray")
        import ray

        self._is_borrowed = ray.is_initialized()  # by a program that uses it for more than this
        if not self._is_borrowed:
            self._connect()
        self._head: str = ray.get_runtime_context().gcs_address

    @property
    def is_there(self) -> bool:
        """Whether its head answers."""
        import ray

        return ray.is_initialized() and (self.is_own or is_reached(self._head))

    def reconnect(self) -> bool:
        """Let go of a cluster that was lost, and join it where it answers again; whether it does."""
        # Before Ray gives up by itself, after a minute: it would end this process.
        self.disconnect()
        if not self.is_own and not is_reached(self._head):
            return False
        with suppress(ValueError):
            self._connect()
            return True
        return False

    def disconnect(self) -> None:
        """Let go; what this process has started there ends."""
        import ray

        if not self._is_borrowed and ray.is_initialized():
            ray.shutdown()

    def devices(self) -> int:
        """How many painters it has room for: one a card, or one a node where there are no cards."""
        return int(_resources().get("GPU", 0)) or max(1, len(_processors()))

    def share(self, painters: int | None = None) -> Mapping[str, float]:
        """What one of so many painters takes of the cluster: a card, or its part of the processors."""
        resources = _resources()
        if resources.get("GPU", 0):
            return {"num_cpus": 1, "num_gpus": 1}
        part = resources.get("CPU", 1) // (painters or self.devices())
        return {"num_cpus": max(1, int(min(part, max(_processors(), default=1))))}

    def _connect(self) -> None:
        import ray

        where: dict[str, Any] = {"address": self._address}
        if self.is_own:
            where["include_dashboard"] = False
        elif self._address != AUTO and not is_reached(self._address):  # Ray would wait for minutes
            raise ValueError(f"no Ray cluster answers at {self._address}; check the address, or start one there")
        try:
            ray.init(**where, log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise ValueError(f"Ray can't be used ({self._address}): {_why(error)}") from error


def _resources() -> dict[str, float]:
    """Of all nodes: cards as GPU, processors as CPU."""
    import ray

    return dict(ray.cluster_resources())  # type: ignore[no-untyped-call]


def _processors() -> list[float]:
    """Of each node that has any."""
    import ray

    nodes = ray.nodes()  # type: ignore[no-untyped-call]
    return [node["Resources"]["CPU"] for node in nodes if node["Alive"] and "CPU" in node["Resources"]]


def set_environment(is_own: bool) -> None:
    """Prepare for Ray, which reads it when it is imported; `is_own`: for one that this process will start."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would report each start to its makers
    os.environ.setdefault("RAY_ENABLE_AUTO_CONNECT", "0")  # whoever asks too late would start another one
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    if not is_own:
        return
    # By default Ray's processes give way to all others: beside other work, steps then took ten times as long.
    os.environ.setdefault("RAY_worker_niceness", "0")
    if "RAY_AUTH_MODE" not in os.environ:
        # It listens on all of this machine's addresses, and whoever may talk to it can run anything.
        os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}


def _why(error: BaseException) -> str:
    """What somebody can do something about, of an error that quotes others."""
    causes: list[BaseException] = [error]
    while (cause := causes[-1].__cause__) is not None:
        causes.append(cause)
    text = " ".join(map(str, causes))
    if "InvalidAuthToken" in text:
        return "it asks for a token, and the one in RAY_AUTH_TOKEN isn't it"
    if "ersion mismatch" in text:
        return f"its versions are others ({' '.join(str(error).split())}); install the same on all machines"
    return str(error).partition("\n")[0]


def is_reached(address: str) -> bool:
    """Whether something listens at HOST:PORT."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), REACHED_WITHIN):
            return True
    except (OSError, ValueError):
        return False
