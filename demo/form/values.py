"""What the widgets of the form hold, by name: pictures, how much of each, regions, settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from demo.form.settings import DIALS, SETTINGS, widget_values
from nst_core.config import TransferConfig

MOST_PAINTINGS = 4
EVEN, WHOLE = 50.0, 100.0  # of a slider that tells how much of a painting: where it starts, and its end


@dataclass(frozen=True)
class Dials:
    """What may be moved while a run is under way: settings by name, and how much of the painting in each slot."""

    settings: Mapping[str, Any]
    blends: tuple[Any, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class FormValues:
    """A value for each widget of the form: what was sent, unchecked, or what is to be put there.

    Sent, a picture is a `FileDataDict`; put there, it is a path. `gr.skip()` leaves a widget as it is.
    """

    photo: Any
    paintings: tuple[Any, ...]  # one a slot; None where there is none
    blends: tuple[Any, ...]  # likewise
    regions: Any  # (H, W) of the slots, from 1, or None
    strength_map: Any  # (H, W), 1 = less painting, 2 = more, or None
    settings: Mapping[str, Any]  # by name

    @property
    def dials(self) -> Dials:
        """The values of the widgets that may be moved while a run is under way."""
        return Dials({name: self.settings[name] for name in DIALS}, self.blends)

    @property
    def is_complete(self) -> bool:
        """Whether there are a photo and a painting."""
        return bool(self.photo) and any(self.paintings)


def left_alone() -> FormValues:
    """All widgets stay as they are."""
    return FormValues(
        photo=gr.skip(),
        paintings=tuple(gr.skip() for _ in range(MOST_PAINTINGS)),
        blends=tuple(gr.skip() for _ in range(MOST_PAINTINGS)),
        regions=gr.skip(),
        strength_map=gr.skip(),
        settings={each.name: gr.skip() for each in SETTINGS},
    )


def form_values(photo: str | None, paintings: Sequence[str | None], config: TransferConfig) -> FormValues:
    """The form for a config, with pictures from these paths and nothing brushed."""
    return FormValues(
        photo=photo,
        paintings=in_slots(paintings, None),
        blends=_blends(config.style_blend),
        regions=None,
        strength_map=None,
        settings=widget_values(config),
    )


def in_slots(values: Sequence[Any], rest: Any) -> tuple[Any, ...]:
    """One for each place of the form: the `values`, as many as there are places, and then the `rest`."""
    return (*values, *[rest] * MOST_PAINTINGS)[:MOST_PAINTINGS]


def _blends(shares: Sequence[float]) -> tuple[float, ...]:
    """Where the sliders stand for shares of any size; a single painting's, or none, is even."""
    blends = [float(share) for share in shares] or [EVEN]
    scale = 1.0 if max(blends) <= WHOLE else WHOLE / max(blends)
    return in_slots([scale * share for share in blends], EVEN)
