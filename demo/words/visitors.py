"""The words for how much of the server one visitor may take, and for a connection that is lost."""

from __future__ import annotations

WORDS = {
    "lost.connection": (
        "The connection is lost. Your picture is safe: this page shows it again as soon as the server answers.",
        "Se ha perdido la conexión. Tu imagen está a salvo: esta página la mostrará de nuevo en cuanto el servidor"
        " responda.",
    ),
    "lost.under_way": (
        "You are back: your picture goes on.",
        "Has vuelto: tu imagen sigue adelante.",
    ),
    "visitors.no_memory": (
        "The server keeps as much as it can for visitors from where you are: close other pages of it, and try again.",
        "El servidor guarda ya todo lo que puede para quienes vienen de tu red: cierra otras páginas suyas y vuelve a"
        " intentarlo.",
    ),
    "visitors.no_disk": (
        "The server has no room for this file: try again in a few minutes, or send a smaller one.",
        "El servidor no tiene sitio para este archivo: vuelve a intentarlo dentro de unos minutos, o envía uno más"
        " pequeño.",
    ),
    "visitors.too_large": (
        "That is too large: at most {megabytes} MB can be sent at once.",
        "Eso es demasiado grande: se pueden enviar {megabytes} MB como máximo de una vez.",
    ),
    "visitors.unreadable": (
        "This can't be read as a call of this page.",
        "Esto no se puede leer como una llamada de esta página.",
    ),
    "visitors.host": (
        "This page is here by these names alone: {hosts}. Whoever runs it allows others with --allowed-hosts.",
        "Esta página solo está aquí con estos nombres: {hosts}. Quien la lleva permite otros con --allowed-hosts.",
    ),
    "visitors.banned": (
        "This page isn't open to your network.",
        "Esta página no está abierta a tu red.",
    ),
    "visitors.failed": (
        "This can't be answered: load the page anew, and try again.",
        "Esto no se puede responder: vuelve a cargar la página e inténtalo de nuevo.",
    ),
    "visitors.foreign": (
        "This server is only asked by its own page, and by programs.",
        "A este servidor solo le preguntan su propia página y los programas.",
    ),
    "visitors.not_yours": (
        "This isn't yours, or is no longer here.",
        "Esto no es tuyo, o ya no está aquí.",
    ),
    "visitors.too_many": (
        "Too many pages of this server are open where you are: close some of them.",
        "Hay demasiadas páginas de este servidor abiertas en tu red: cierra algunas.",
    ),
}
