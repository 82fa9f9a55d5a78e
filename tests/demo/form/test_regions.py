"""The colours of the brush are those of the paintings."""

from __future__ import annotations

from demo.form import regions
from demo.form.values import MOST_PAINTINGS


def test_there_is_a_colour_for_every_painting() -> None:
    assert len(set(regions.COLOURS)) == MOST_PAINTINGS
    legend = regions.legend("es")
    for place in range(1, MOST_PAINTINGS + 1):
        assert f'class="brush-{place}"' in legend
    assert "Cuadro 2: azul" in legend
