"""Which layer is still far off: the losses of one step as bars, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape

from demo.words import Language, rounded, say


def draw(language: Language, content: Mapping[str, float], style: Mapping[str, float], relative: bool = True) -> str:
    """HTML: a table of the layers' losses (`Progress.content_layers` and `style_layers`), with a bar in each row.

    `relative`: the losses are errors divided by their target's energy (`Normalization.ENERGY`). A bar then shows the
    distance ||G - A|| / ||A|| in percent: 100 is as far away as nothing at all. Otherwise the losses have no common
    measure, and a bar shows the distance beside that of the farthest layer.
    """
    rows = [
        (kind, layer, loss)
        for kind, losses in (("style", style), ("content", content))
        for layer, loss in losses.items()
    ]
    if not rows:
        return ""
    distances = [_distance(loss) for _, _, loss in rows]
    full = 1.0 if relative else max(distances) or 1.0
    farthest = rows[distances.index(max(distances))][1]
    body = "".join(
        _row(
            language,
            kind,
            layer,
            distance / full,
            f"{100 * distance:.0f} %" if relative else rounded(language, loss, 2),
        )
        for (kind, layer, loss), distance in zip(rows, distances, strict=True)
    )
    caption, most = say(language, "bars.caption"), say(language, "bars.farthest", layer=_name(language, farthest))
    return (
        f'<figure class="losses bars"><figcaption>{escape(caption)} {escape(most)}</figcaption>'
        f"<table><thead>{_head(language)}</thead><tbody>{body}</tbody></table></figure>"
    )


def _head(language: Language) -> str:
    names = (escape(say(language, key)) for key in ("bars.layer", "bars.bar", "bars.distance"))
    return "".join(["<tr>", *(f'<th scope="col">{name}</th>' for name in names), "</tr>"])


def _row(language: Language, kind: str, layer: str, share: float, number: str) -> str:
    what = say(language, f"bars.{kind}", what=_sees(language, layer))
    bar = f'<div><span style="width: {100 * min(share, 1):.1f}%"></span></div>'
    return (
        f'<tr class="{kind}"><th scope="row">{escape(layer)} <small>{escape(what)}</small></th>'
        f'<td class="track">{bar}</td><td>{number}</td></tr>'
    )


def _name(language: Language, layer: str) -> str:
    return f"{layer} ({_sees(language, layer)})"


def _sees(language: Language, layer: str) -> str:
    """What a layer of VGG-19 looks at, in words, by its block: `relu4_2` is in the fourth."""
    return say(language, f"layers.block{layer.removeprefix('relu')[0]}")


def _distance(loss: float) -> float:
    """The root of a squared error, 0 of what is none."""
    return math.sqrt(loss) if math.isfinite(loss) and loss > 0 else 0.0
