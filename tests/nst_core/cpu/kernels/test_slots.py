"""What a loop is given: all of it, by its names."""

from __future__ import annotations

import pytest

from nst_core.cpu.kernels.slots import Correlate, Mix, TileGroup

GIVEN = {"source": 64, "pixel": 256, "row": 2560, "width": 10, "matrix": 128, "target": 192}


def test_it_is_filled_by_name() -> None:
    slots = Mix(**GIVEN)
    assert (slots.source, slots.pixel, slots.row, slots.width, slots.matrix, slots.target) == tuple(GIVEN.values())


def test_a_name_that_the_loop_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'height'"):
        Mix(**GIVEN, height=3)  # type: ignore[call-arg]


@pytest.mark.parametrize("name", GIVEN)
def test_a_missing_one_is_refused(name: str) -> None:
    with pytest.raises(TypeError, match=f"missing 1 required keyword-only argument: '{name}'"):
        Mix(**{other: value for other, value in GIVEN.items() if other != name})


def test_none_is_known_by_its_position() -> None:
    with pytest.raises(TypeError, match="positional"):
        TileGroup(6, 256, 256)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="positional"):
        Correlate(*GIVEN.values(), 1)  # type: ignore[call-arg]
