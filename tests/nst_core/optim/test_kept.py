from __future__ import annotations

import pytest
import torch

from nst_core.optim.kept import copied, put_back


def test_a_copy_stays_as_it_is() -> None:
    kept = {"a": torch.ones(2), "b": torch.zeros(())}
    saved = copied(kept)
    for tensor in kept.values():
        tensor.add_(5)
    assert torch.equal(saved["a"], torch.ones(2))
    assert saved["b"] == 0


def test_values_are_put_back_where_the_tensors_lie() -> None:
    kept = {"a": torch.ones(2), "b": torch.zeros(())}
    before = [tensor.data_ptr() for tensor in kept.values()]
    put_back({"a": torch.tensor([3.0, 4.0]), "b": torch.tensor(5.0), "unknown": torch.tensor(0)}, kept)
    assert [tensor.tolist() for tensor in kept.values()] == [[3, 4], 5]
    assert [tensor.data_ptr() for tensor in kept.values()] == before


def test_another_shape_takes_memory_of_its_own() -> None:
    """Also of views of one tensor, of which the others stay as they are; what was saved isn't shared, either."""
    first, second = torch.zeros(2, 3, 4)
    saved = {"first": torch.ones(5, 4)}
    with torch.no_grad():
        put_back(saved, {"first": first})
    assert torch.equal(first, torch.ones(5, 4))
    first.zero_()
    assert torch.equal(saved["first"], torch.ones(5, 4))
    assert not second.any()
    assert second.shape == (3, 4)


def test_what_is_missing_is_told() -> None:
    with pytest.raises(KeyError, match="second"):
        put_back({"first": torch.ones(1)}, {"first": torch.ones(1), "second": torch.ones(1)})
