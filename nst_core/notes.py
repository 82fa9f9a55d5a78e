"""What the engine remarks about a step, as data: whoever shows it finds the words, in any language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Note:
    """One remark: `about` is a word for its kind, the same in all remarks of it, `values` what they differ by."""

    about: str
    values: Mapping[str, Any] = field(default_factory=dict)
