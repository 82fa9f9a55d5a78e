"""The words of refusals where pictures are painted on the machines of a cluster."""

from __future__ import annotations

WORDS = {
    "refused.painters_lost": (
        "The machines that painted this were lost before there was a picture: try again.",
        "Se han perdido las máquinas que pintaban esto antes de que hubiera una imagen: vuelve a intentarlo.",
    ),
    "refused.painters_lost_amid": (
        "The machines that painted this were lost one after the other. The picture is kept as far as it got: Keep going"
        " paints on.",
        "Se han perdido, una tras otra, las máquinas que pintaban esto. La imagen queda como estaba: con «Seguir» se"
        " continúa pintando.",
    ),
    "refused.cluster_lost": (
        "The machines that paint can't be reached just now: try again in a minute.",
        "Ahora mismo no se puede acceder a las máquinas que pintan: vuelve a intentarlo dentro de un minuto.",
    ),
    "refused.cluster_lost_amid": (
        "The machines that paint can't be reached just now. The picture is kept as far as it got: Keep going paints on,"
        " in a minute.",
        "Ahora mismo no se puede acceder a las máquinas que pintan. La imagen queda como estaba: con «Seguir» se"
        " continúa pintando, dentro de un minuto.",
    ),
}
