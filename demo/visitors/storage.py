"""Where is counted what a visitor has had: in this process, or in a Redis that several replicas share."""

from __future__ import annotations

import logging
import secrets
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from limits.errors import ConfigurationError
from limits.storage import MemoryStorage, RedisStorage, storage_from_string

logger = logging.getLogger(__name__)

Storage = MemoryStorage | RedisStorage
IN_MEMORY = "memory://"
SALT_LASTS = 2 * 24 * 3600  # seconds


def make_storage(url: str) -> Storage:
    """The storage at an address, `redis://HOST:PORT/NUMBER` or "" for this process's memory.

    Raises `ValueError` where nothing answers, which tells no password.
    """
    host = urlsplit(url).hostname
    if url and urlsplit(url).scheme not in ("redis", "rediss", "redis+unix"):
        raise ValueError("--limits-store is the address of a Redis, such as redis://localhost:6379/0, or left out")
    try:
        storage = storage_from_string(url or IN_MEMORY, wrap_exceptions=True)
    except (ConfigurationError, ValueError) as error:
        advice = "pip install 'limits[redis]', or leave --limits-store out"
        raise ValueError(f"there is no client for the Redis at {host} ({type(error).__name__}): {advice}") from error
    assert isinstance(storage, Storage)
    if not storage.check():
        raise ValueError(f"the Redis at {host} doesn't answer; check --limits-store")
    return storage


def today() -> str:
    """The date, the same one everywhere."""
    return datetime.now(UTC).date().isoformat()


class Salts:
    """What is mixed into visitors' names: another secret each day, the same for all replicas."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._day, self._salt = "", b""

    def of(self, day: str) -> bytes:
        """The day's; nobody can tell those of days before any more."""
        if day != self._day:
            self._day, self._salt = day, self._made(day)
        return self._salt

    def _made(self, day: str) -> bytes:
        own = secrets.token_bytes(32)
        if isinstance(self._storage, MemoryStorage):
            return own
        client: Any = self._storage.get_connection()
        key = f"nst:salt:{day}"
        try:
            client.set(key, own, nx=True, ex=SALT_LASTS)
            shared = client.get(key)
        except self._storage.base_exceptions:
            logger.exception("the day's salt can't be shared: replicas call visitors by different names")
            return own
        return shared if isinstance(shared, bytes) else own
