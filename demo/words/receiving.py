"""The words around files that come to the page: dropped, pasted, or taken with a camera."""

from __future__ import annotations

WORDS = {
    "receive.recipe": ("A picture made here", "Una imagen hecha aquí"),
    "receive.recipe_alt": ("Its settings come back", "Recuperas sus ajustes"),
    "receive.another": ("Click to choose another file", "Pulsa para elegir otro archivo"),
    "receive.too_many": (
        "{count} files came, and there is room for {places} here: the others were left out.",
        "Llegaron {count} archivos y aquí hay sitio para {places}: los demás se quedaron fuera.",
    ),
    "receive.too_large": (
        "{name} has more than {megabytes} MB: scale it down first, or save it as JPEG.",
        "{name} tiene más de {megabytes} MB: redúcela antes o guárdala como JPEG.",
    ),
    "receive.folder": (
        "{name} is a folder: drop a picture that is in it.",
        "{name} es una carpeta: suelta una imagen que esté dentro.",
    ),
    "receive.no_file": (
        "No file came along: copy the picture and paste it here, or save it first.",
        "No llegó ningún archivo: copia la imagen y pégala aquí, o guárdala antes.",
    ),
    "receive.nothing_copied": (
        "There is no picture on the clipboard: copy one first.",
        "No hay ninguna imagen en el portapapeles: copia una antes.",
    ),
    "receive.no_clipboard": (
        "The browser doesn't show this page the clipboard: press Ctrl+V instead.",
        "El navegador no deja ver el portapapeles a esta página: pulsa Ctrl+V.",
    ),
    "receive.paste": ("Paste", "Pegar"),
    "pictures.swap": ("Swap", "Intercambiar"),
    "pictures.undo": ("Undo", "Deshacer"),
    "pictures.gone": (
        "The picture of before is no longer here: choose it again.",
        "La imagen de antes ya no está aquí: vuelve a elegirla.",
    ),
    "camera.open": ("Take a photo", "Hacer una foto"),
    "camera.shoot": ("Take it", "Hacerla"),
    "camera.close": ("Close", "Cerrar"),
    "camera.live": ("What the camera sees", "Lo que ve la cámara"),
    "camera.refused": (
        "The camera can't be used: allow it in the browser, or choose a file.",
        "No se puede usar la cámara: permítela en el navegador, o elige un archivo.",
    ),
}
