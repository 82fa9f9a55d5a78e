"""The words of refusals where Hugging Face lends the graphics card."""

from __future__ import annotations

WORDS = {
    "refused.card_time_used_up": (
        "The time on Hugging Face's graphics cards that you have in a day is used up, or this picture needs more of it"
        " at once: sign in there, choose fewer steps, or come back later.",
        "Se te ha acabado el tiempo diario en las tarjetas gráficas de Hugging Face, o esta imagen necesita más de una"
        " vez: inicia sesión allí, elige menos pasos o vuelve más tarde.",
    ),
    "refused.card_time_used_up_until": (
        "The time on Hugging Face's graphics cards that you have in a day is used up: come back in {hours} h"
        " {minutes} min, or sign in there.",
        "Se te ha acabado el tiempo diario en las tarjetas gráficas de Hugging Face: vuelve dentro de {hours} h"
        " {minutes} min, o inicia sesión allí.",
    ),
    "refused.card_time_used_up_amid": (
        "The time on Hugging Face's graphics cards that you have in a day is used up. The picture is kept as far as it"
        " got: download it, or go on with it later.",
        "Se te ha acabado el tiempo diario en las tarjetas gráficas de Hugging Face. La imagen queda como estaba:"
        " descárgala, o sigue pintándola más tarde.",
    ),
    "refused.card_taken_away": (
        "Hugging Face took the graphics card back before there was a picture: try again.",
        "Hugging Face ha retirado la tarjeta gráfica antes de que hubiera una imagen: vuelve a intentarlo.",
    ),
    "refused.card_taken_away_amid": (
        "Hugging Face took the graphics card back. The picture is kept as far as it got: Keep going paints on.",
        "Hugging Face ha retirado la tarjeta gráfica. La imagen queda como estaba: con «Seguir» se continúa pintando.",
    ),
    "refused.no_card_free": (
        "Hugging Face has no graphics card free: try again in a minute.",
        "Hugging Face no tiene ninguna tarjeta gráfica libre: vuelve a intentarlo dentro de un minuto.",
    ),
    "refused.no_card_free_amid": (
        "Hugging Face has no graphics card free for the rest. The picture is kept as far as it got: Keep going paints"
        " on, in a minute.",
        "Hugging Face no tiene ninguna tarjeta gráfica libre para el resto. La imagen queda como estaba: con «Seguir»"
        " se continúa pintando, dentro de un minuto.",
    ),
}
