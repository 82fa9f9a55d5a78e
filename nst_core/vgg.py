"""The place of `load_vgg19` in earlier versions; it is in `nst_core.network.vgg` now."""

from nst_core.network.vgg import VGG, load_vgg19

__all__ = ["VGG", "load_vgg19"]
