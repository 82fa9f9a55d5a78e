"""How a run is computed: what may be chosen."""

from __future__ import annotations

from typing import Any

import pytest

from nst_core.execution import Execution, Precision, half_block


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ({"block": -1}, ["block", "between 0 and", "-1"]),
        ({"block": 7}, ["block", "at least 16", "7"]),
        ({"block": 64.0}, ["block", "whole number"]),
        ({"history": 0}, ["history", "between 1 and"]),
        ({"history": True}, ["history", "whole number"]),
        ({"precision": "float8"}, ["precision", "tf32", "float8"]),
    ],
)
def test_values_out_of_range_are_refused(values: dict[str, Any], parts: list[str]) -> None:
    with pytest.raises(ValueError, match=parts[0]) as caught:
        Execution(**values)
    for part in parts:
        assert part in str(caught.value)


def test_a_name_is_as_good_as_the_precision() -> None:
    assert Execution(precision="tf32").precision is Precision.TF32
    assert (Execution(block=16).block, Execution(block=0).block) == (16, 0)


@pytest.mark.parametrize(
    ("block", "size", "expected"),
    [(0, (300, 200), 144), (0, (512, 512), 256), (512, (4096, 3072), 256), (200, (4096, 3072), 128)]
    + [(128, (4096, 3072), 0), (0, (128, 100), 0), (0, (100, 130), 128), (5000, (1000, 800), 496)],
)
def test_half_a_block(block: int, size: tuple[int, int], expected: int) -> None:
    assert half_block(block, size) == expected
