"""What of a run can be changed while it is under way."""

from __future__ import annotations

from dataclasses import fields

from nst_core.config import TransferConfig

STEERABLE = (
    *("strength", "content_weight", "style_weight", "tv_weight"),
    *("style_blend", "colours", "colour_method", "steps"),
)


def check_steering(before: TransferConfig, after: TransferConfig, paintings: int) -> None:
    """Raise `ValueError` where a run with so many paintings can't go on with `after` instead of `before`."""
    for name in (each.name for each in fields(TransferConfig) if each.name not in STEERABLE):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            raise ValueError(f"{name} is {old} and can't become {new} while a run is under way; begin a new one")
    if after.only_colours:
        raise ValueError("only_colours takes a single step, so there is nothing to steer; begin a new run")
    after.style_shares(paintings)
