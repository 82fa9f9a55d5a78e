"""Each kernel beside PyTorch's own operators, by Triton's interpreter, on tiny features of odd sizes."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import Tensor

from tests.support import card
from tests.support.layers import features
from tests.support.paths import ROOT

SIZES = [(8, 6, 4), (5, 7, 9), (70, 3, 2), (3, 1, 5)]  # channels, height, width


def bias(channels: int) -> Tensor:
    return torch.randn(channels, generator=torch.Generator().manual_seed(5))


def with_nan(values: Tensor) -> Tensor:
    values[0, 0, 0, 0] = torch.nan
    return values


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("gated", [False, True])
def test_rectified_in_place(kernels: ModuleType, size: tuple[int, int, int], gated: bool) -> None:
    found, expected = (with_nan(features(*size)) for _ in range(2))
    gate, its = (module.rectify_(each, bias(size[0]), gated) for module, each in ((kernels, found), (card, expected)))
    torch.testing.assert_close(found, expected, rtol=0, atol=0, equal_nan=True)
    assert (gate is None) is not gated
    if gated:
        assert torch.equal(gate, its.to(torch.uint8))


@pytest.mark.parametrize("size", SIZES[:3])
def test_pooled_and_back(kernels: ModuleType, size: tuple[int, int, int]) -> None:
    given = with_nan(features(*size))
    given[0, :, 0, 1] = given[0, :, 0, 0]  # of equals the first one counts
    found, expected = (module.pool(given, bias(size[0])) for module in (kernels, card))
    torch.testing.assert_close(found[0], expected[0], rtol=0, atol=0, equal_nan=True)
    assert torch.equal(found[1], expected[1])
    assert {0, card.CLOSED} <= set(found[1].unique().tolist())
    gradient = features(size[0], size[1] // 2, size[2] // 2, seed=1)
    back, its = (module.unpool(gradient, found[1], *size[1:]) for module in (kernels, card))
    assert torch.equal(back, its)
    assert back.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("size", [(8, 6, 8), (70, 7, 5)])
@pytest.mark.parametrize("of", ["deeper", "tap", "deeper and tap"])
@pytest.mark.parametrize("gate", ["values", "bytes"])
def test_joined(kernels: ModuleType, size: tuple[int, int, int], of: str, gate: str) -> None:
    channels, height, width = size
    seen = with_nan(features(*size))
    if gate == "bytes":
        seen = (~(seen <= 0)).to(torch.uint8)
    deeper = features(*size, seed=1) if "deeper" in of else None
    # A part of something larger, as the gradient of a Gram matrix is.
    tap = features(channels, height - 4, width, seed=2)[..., : width - 4] if "tap" in of else None
    if gate == "bytes" and deeper is None:
        deeper = torch.zeros_like(features(*size))
    own, its = (None if deeper is None else deeper.clone() for _ in range(2))
    found, expected = kernels.join(seen, own, tap, (1, 2)), card.join(seen, its, tap, (1, 2))
    assert torch.equal(found, expected)
    assert own is None or found is own  # in its memory
    assert found.is_contiguous(memory_format=torch.channels_last)


def test_bfloat16(kernels: ModuleType) -> None:
    """The interpreter cuts digits off, where a card rounds."""
    given = features(8, 6, 4).bfloat16()
    pooled, expected = (module.pool(given, bias(8).bfloat16())[0] for module in (kernels, card))
    assert pooled.dtype == torch.bfloat16
    torch.testing.assert_close(pooled, expected, rtol=2**-6, atol=2**-6)
    joined = kernels.join(given, None, features(8, 6, 4, seed=1))
    assert joined.dtype == torch.bfloat16
    torch.testing.assert_close(joined, card.join(given, None, features(8, 6, 4, seed=1)), rtol=2**-7, atol=2**-7)


ADDRESSES = ("features", "bias", "gate", "pooled", "places", "gradient", "result", "deeper", "tap")
KINDS = {"gate": "*u8", "places": "*u8", "tap": "*fp32"}  # other addresses are those of features
CONSTANTS = {"gated": True, "has_deeper": True, "has_tap": True, "p": 32, "c": 64}
MULTIPLES = ("channels", "row_pitch", "pixel_pitch")  # of 16, as all addresses are


def not_interpreted() -> ModuleType:
    """The kernels once more, beside those that the other tests have."""
    spec = importlib.util.spec_from_file_location("compiled_kernels", ROOT / "nst_core/cuda/kernels.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def kind_of(name: str, numbers: str) -> str:
    """Of an argument of a kernel, in Triton's words."""
    if name in CONSTANTS:
        return "constexpr"
    return KINDS.get(name, f"*{numbers}") if name in ADDRESSES else "i32"


@pytest.mark.slow
@pytest.mark.parametrize(("capability", "numbers"), [(80, "fp32"), (90, "bf16"), (120, "fp32")])
def test_they_compile_for_cards_and_move_sixteen_bytes_at_once(
    capability: int, numbers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the interpreter takes needs no sound types; Triton's compiler needs no card."""
    triton = pytest.importorskip("triton")
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    compiled, target = not_interpreted(), triton.backends.compiler.GPUTarget("cuda", capability, 32)
    for kernel in (compiled._rectify, compiled._pool, compiled._unpool, compiled._join):
        names = kernel.arg_names
        source = triton.compiler.ASTSource(
            kernel,
            {name: kind_of(name, numbers) for name in names},
            {(names.index(name),): value for name, value in CONSTANTS.items() if name in names},
            {(names.index(name),): [["tt.divisibility", 16]] for name in names if name in (*ADDRESSES, *MULTIPLES)},
        )
        moves = re.findall(r"(?:ld|st)\.global\S*", triton.compile(source, target=target).asm["ptx"])
        assert moves
        assert all(".v4." in move for move in moves)
