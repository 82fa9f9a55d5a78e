"""Numbers as a person says them."""

from __future__ import annotations


def in_time(seconds: float) -> str:
    """`45 s`, `1 min 31 s`, `2 h 5 min`."""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    minutes = round(whole / 60)
    return f"{minutes // 60} h {minutes % 60} min"


def in_bytes(count: float) -> str:
    """`1.7 GB`."""
    return f"{count / 1e9:.1f} GB"


def counted(count: int, thing: str) -> str:
    """`1 step`, `2 steps`."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
