"""A disk that takes no more."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

FullDisk = Callable[[], AbstractContextManager[None]]
