"""What is brushed becomes a map of how much painting where."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from demo.form import strength_map
from nst_core.scene.strength import local_strength


def soft(brushed: np.ndarray) -> np.ndarray:
    made = strength_map.soft(brushed.astype(np.uint8))
    assert made is not None
    return made


def test_colours_are_less_and_more_and_bare_places_stay_as_the_dial_says() -> None:
    brushed = np.zeros((100, 300))
    brushed[:, :100], brushed[:, 200:] = 1, 2
    made = soft(brushed)
    assert (made.shape, made.dtype) == ((100, 300), np.uint8)
    less, bare, more = (float(local_strength(60, torch.tensor(made[50, place] / 255))) for place in (20, 150, 280))
    assert bare == pytest.approx(60, abs=0.2)
    assert less < 0.5 * bare
    assert more > bare + 15


def test_edges_are_soft_by_the_size_of_the_photo() -> None:
    for side in (100, 400):
        brushed = np.zeros((side, side))
        brushed[:, : side // 2] = 1
        row = soft(brushed)[side // 2].astype(int)
        changing = np.flatnonzero((row > row.min() + 2) & (row < row.max() - 2)) / side
        assert 0.04 < np.ptp(changing) < 0.12
        assert (np.diff(row) >= 0).all()


def test_nothing_brushed_is_no_map_and_an_unknown_number_no_trouble() -> None:
    assert strength_map.soft(None) is None
    assert soft(np.full((4, 4), 9)).min() > strength_map.USUAL


def test_the_legend_says_what_a_colour_does() -> None:
    legend = strength_map.legend("es")
    assert 'data-colour="1" aria-pressed="true"><i></i><span>turquesa: menos cuadro</span></button>' in legend
    assert legend.count("<li") == len(strength_map.COLOURS)
