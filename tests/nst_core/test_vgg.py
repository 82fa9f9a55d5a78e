"""An import of an earlier version still gives what it gave."""

from __future__ import annotations

import nst_core.network.vgg
import nst_core.vgg


def test_the_network_is_found_where_it_was() -> None:
    assert nst_core.vgg.load_vgg19 is nst_core.network.vgg.load_vgg19
    assert nst_core.vgg.VGG is nst_core.network.vgg.VGG
