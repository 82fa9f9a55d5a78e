"""Neural style transfer by optimisation (Gatys, Ecker and Bethge, 2015/2016).

    from nst_core import TransferConfig, load_image, save_image, stylize

    for step in stylize(load_image("photo.jpg"), load_image("painting.jpg"), TransferConfig(size=384)):
        print(step.index, step.losses.total)
    save_image(step.image, "out.png")

Names are loaded when they are first used: importing the package brings neither torch nor Pillow.
"""

from __future__ import annotations

from nst_core.lazy import attributes
from nst_core.version import __version__

TYPE_CHECKING = False  # as in nst_core/process.py, which is imported through here
if TYPE_CHECKING:
    from nst_core.config import TransferConfig
    from nst_core.images.reading import load_image
    from nst_core.images.saving import save_image
    from nst_core.transfer import Step, Transfer, stylize

__all__ = ["Step", "Transfer", "TransferConfig", "__version__", "load_image", "save_image", "stylize"]

__getattr__ = attributes(
    "nst_core",
    {
        "TransferConfig": "nst_core.config",
        "load_image": "nst_core.images.reading",
        "save_image": "nst_core.images.saving",
        **dict.fromkeys(("Step", "Transfer", "stylize"), "nst_core.transfer"),
    },
)
