"""Kernels of our own are used where they hold beside PyTorch's operators, and nowhere else."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch

from nst_core.cuda import choice

CARD = torch.device("cuda", 0)
MADE = object()


def parameters(device: str = "cuda", dtype: torch.dtype = torch.float32) -> tuple[Any, Any]:
    """In place of a card's: only where they are and what they are is asked."""
    place = CARD if device == "cuda" else torch.device(device)
    return SimpleNamespace(device=place, dtype=dtype), SimpleNamespace()


@pytest.fixture(autouse=True)
def nothing_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "_trusted", {})
    monkeypatch.setattr(choice, "_fused_convolution", lambda *_: MADE)


def test_they_are_tried_once_of_each_type(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[torch.dtype] = []
    monkeypatch.setattr(choice, "difference", lambda device, dtype: tried.append(dtype) or 1e-4)
    for dtype in (torch.float32, torch.float32, torch.bfloat16, torch.bfloat16):
        assert choice.fused(*parameters(dtype=dtype)) is MADE
    assert tried == [torch.float32, torch.bfloat16]


@pytest.mark.parametrize("device", ["cpu", "mps", "meta"])
def test_elsewhere_nothing_is_tried(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "difference", lambda *_: pytest.fail("that isn't a card"))
    assert choice.fused(*parameters(device)) is None
    assert choice.fused(*parameters(dtype=torch.float64)) is None


def fail(reason: Exception) -> Any:
    def failing(*_: object) -> float:
        raise reason

    return failing


@pytest.mark.parametrize(
    ("difference", "told"),
    [
        (lambda *_: 0.5, "differ by 0.5"),
        (lambda *_: float("nan"), "differ by nan"),
        (fail(ModuleNotFoundError("No module named 'triton'")), "No module named 'triton'"),
        (fail(RuntimeError("Failed to find C compiler.\nPlease specify one")), "Failed to find C compiler."),
    ],
)
def test_where_they_fail_or_differ_pytorch_does_the_work_and_the_log_says_so_once(
    difference: Any, told: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(choice, "difference", difference)
    for _ in range(3):
        assert choice.fused(*parameters()) is None
    (record,) = caplog.records
    assert told in record.getMessage()
    assert "\n" not in record.getMessage()


def test_memory_that_gives_out_says_nothing_about_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "difference", fail(torch.OutOfMemoryError("CUDA out of memory.")))
    with pytest.raises(torch.OutOfMemoryError):
        choice.fused(*parameters())
    monkeypatch.setattr(choice, "difference", lambda *_: 0.0)
    assert choice.fused(*parameters()) is MADE


def test_the_trial_knows_right_from_wrong(layers: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "_fused_convolution", layers.FusedConvolution)
    cpu = torch.device("cpu")
    assert choice.difference(cpu, torch.float32) < 1e-6
    monkeypatch.setattr(layers.kernels, "join", lambda gate, deeper, *_: deeper)
    assert not choice.difference(cpu, torch.float32) < choice.TOLERANCE
