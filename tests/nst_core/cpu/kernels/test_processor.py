"""How wide vectors are, on this processor and on others."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from nst_core.cpu import kernels

pytestmark = pytest.mark.skipif(not kernels.available(), reason="no compiled loops for this CPU")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("features", "lanes"), [({"avx2": True, "fma": True}, 8), ({"neon": True}, 4), ({"avx2": True}, 0), ({}, 0)]
)
def test_other_processors(features: dict[str, bool], lanes: int, tmp_path: Path) -> None:
    """Narrower vectors than this processor's can be tried on it, in a process that compiles anew."""
    code = f"""
        import torch, torch.nn.functional as F
        from nst_core.cpu import kernels
        from nst_core.cpu.kernels import processor
        processor._features = lambda: {features!r}
        from nst_core.cpu.convolution import Winograd
        from nst_core.cpu.gram import correlate
        assert kernels.lanes() == {lanes} and kernels.available() == ({lanes} > 0)
        image, weight = torch.rand(1, 64, 9, 14).contiguous(memory_format=torch.channels_last), torch.rand(64, 64, 3, 3)
        flat = image.flatten(2)
        torch.testing.assert_close(correlate(image), flat @ flat.mT, rtol=1e-5, atol=1e-3)
        if {lanes}:
            result = Winograd(weight, None)(image, 1, relu=True, gate=image)
            torch.testing.assert_close(result, F.conv2d(image, weight, padding=1), rtol=1e-4, atol=1e-3)
    """
    environment = os.environ | {"NST_CACHE": str(tmp_path)}
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, env=environment)
