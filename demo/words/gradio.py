"""Words in place of Gradio's own, by Gradio's names for them: its Spanish says usted to the visitor."""

from __future__ import annotations

WORDS = {
    "upload_text.drop_image": ("Drop a picture here", "Suelta aquí una imagen"),
    "upload_text.drop_file": ("Drop a file here", "Suelta aquí un archivo"),
    "upload_text.click_to_upload": ("Click to choose one", "Pulsa para elegir uno"),
    "labels.number": ("number of ", "número de "),
    "labels.slider": ("slider of ", "control de "),
    "labels.remove": ("Remove the picture", "Quitar la imagen"),
    "labels.upload": ("Choose a file", "Elegir un archivo"),
    "labels.tabs": ("More tabs", "Más pestañas"),
    "labels.footer": ("At the end of the page", "Al final de la página"),
    "image_editor.select_draw_tool": ("choose a brush to begin", "elige un pincel para empezar"),
    "blocks.connection_can_break": (
        "On a phone the connection may break when you leave this tab or the screen goes dark.",
        "En el móvil, la conexión puede cortarse si dejas esta pestaña o se apaga la pantalla.",
    ),
    "blocks.long_requests_queue": ("Many people are waiting.", "Hay mucha gente esperando."),
    "blocks.waiting_for_inputs": (
        "A file is still on its way: try again in a moment.",
        "Todavía está llegando un archivo: vuelve a intentarlo en un momento.",
    ),
}
