"""The words of giving a result away, and of being told when it is done."""

from __future__ import annotations

WORDS = {
    "share.file": ("Share", "Compartir"),
    "share.image": ("Copy image", "Copiar imagen"),
    "share.link": ("Copy link", "Copiar enlace"),
    "share.link_copied": ("The link is copied.", "El enlace está copiado."),
    "share.by_hand": (
        "Your browser lets this page copy nothing. The link, to copy by hand:",
        "Tu navegador no deja que esta página copie nada. El enlace, para copiarlo a mano:",
    ),
    "share.image_copied": ("Photo and picture are copied as one.", "La foto y la imagen están copiadas en una."),
    "share.image_refused": (
        "Your browser doesn't let this page copy pictures; Download gives you the file.",
        "Tu navegador no deja que esta página copie imágenes; Descargar te da el archivo.",
    ),
    "share.file_refused": (
        "Your browser can't share this file; Download gives it to you.",
        "Tu navegador no puede compartir este archivo; Descargar te lo da.",
    ),
    "share.again": ("The file is there now: press Share once more.", "El archivo ya está: pulsa Compartir otra vez."),
    "share.own_photo": ("My photo", "Mi foto"),
    "share.own_painting": ("my painting", "mi cuadro"),
    "share.shown": ("The result that the link shows", "El resultado que muestra el enlace"),
    "share.gone": (
        "The picture of this link isn't kept any more; its settings are here, and Paint makes it again.",
        "La imagen de este enlace ya no se guarda; sus ajustes están aquí, y Pintar la hace de nuevo.",
    ),
    "notify.button": ("Notify me when it is done", "Avisarme cuando esté lista"),
    "notify.title": ("Your picture is done", "Tu imagen está lista"),
}
