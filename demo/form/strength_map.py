"""How much painting where: two colours of the brush become a map of strengths with soft edges."""

from __future__ import annotations

from html import escape

import numpy as np
from PIL import Image, ImageFilter

from demo.form.brushing import tools
from demo.jobs.records import Mask
from demo.words import Language, say

COLOURS = {"less": "#06b6d4", "more": "#7c3aed"}
USUAL = 128  # of the map, whose values `nst_core.scene.strength.local_strength` reads: as much as the dial says
LEVELS = {"less": 48, "more": 255}  # of the map: a face of 0 looks cut out of the photo, and one of 80 is lost
SOFTNESS = 0.02  # of the photo's long side: the standard deviation of the blur, so that no edge is to be seen


def soft(brushed: Mask | None) -> Mask | None:
    """The map of strengths (H, W) for what was brushed: 0 = nothing, else the number of a colour; None for nothing."""
    if brushed is None:
        return None
    levels = np.array([USUAL, *(LEVELS[name] for name in COLOURS)], np.uint8)
    strengths = Image.fromarray(levels[np.minimum(brushed, len(COLOURS))])
    return np.asarray(strengths.filter(ImageFilter.GaussianBlur(SOFTNESS * max(strengths.size))))


def legend(speaks: Language) -> str:
    """HTML: which colour of the brush does what, and the brush's other tools."""
    inside = ((name, escape(say(speaks, f"strength_map.{name}"))) for name in COLOURS)
    return tools(speaks, [(f"brush-{name}", f"<i></i><span>{text}</span>") for name, text in inside])
