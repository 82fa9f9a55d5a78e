"""The card's kernels on a processor, by Triton's interpreter."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

MODULES = ("nst_core.cuda.kernels", "nst_core.cuda.layers")


@pytest.fixture(scope="module")
def kernels() -> Iterator[ModuleType]:
    """`nst_core.cuda.kernels`, interpreted; only for these tests, as Triton decides when it reads them."""
    pytest.importorskip("triton")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRITON_INTERPRET", "1")
        for name in MODULES:
            patch.delitem(sys.modules, name, raising=False)
        yield importlib.import_module(MODULES[0])
    for name in MODULES:
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def layers(kernels: ModuleType) -> ModuleType:
    """`nst_core.cuda.layers`, on interpreted kernels."""
    return importlib.import_module(MODULES[1])
