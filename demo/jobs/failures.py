"""Errors that cross from a process to another one as records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nst_core.device.memory import is_out_of_memory
from nst_core.errors import InputError


@dataclass(frozen=True)
class Failed:
    """An error of a worker, as data: raised in another process, most would arrive as something else."""

    sentence: str
    about: str = ""  # of an `InputError`
    values: Mapping[str, Any] = field(default_factory=dict)
    is_refusal: bool = True  # a sentence for a person; else something broke
    is_out_of_memory: bool = False

    @classmethod
    def of(cls, error: Exception) -> Failed:
        """The record of an error."""
        if isinstance(error, InputError):
            return cls(str(error), error.about, error.values)
        if isinstance(error, ValueError):
            return cls(str(error))
        text = f"{type(error).__name__}: {error}"
        return cls(text, is_refusal=False, is_out_of_memory=is_out_of_memory(error))

    def error(self) -> Exception:
        """The error of the record."""
        if self.is_refusal:
            return InputError(self.sentence, self.about, **self.values)
        return MemoryError(self.sentence) if self.is_out_of_memory else RuntimeError(self.sentence)
