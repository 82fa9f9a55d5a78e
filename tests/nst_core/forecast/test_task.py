from __future__ import annotations

import pytest

from nst_core.config import TransferConfig
from tests.support.forecasts import a_task


@pytest.mark.parametrize(
    ("done", "stop_after", "expected"),
    [(0, None, [4, 3, 3]), (2, None, [2, 3, 3]), (4, None, [3, 3]), (5, 6, [1]), (0, 5, [4, 1]), (9, None, [1])],
)
def test_only_what_is_left_counts(done: int, stop_after: int | None, expected: list[int]) -> None:
    task = a_task(TransferConfig(size=256, steps=10), done=done, stop_after=stop_after)
    assert [steps for _, steps in task.steps()] == expected
