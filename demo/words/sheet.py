"""The words of the contact sheet."""

from __future__ import annotations

WORDS = {
    "sheet.title": ("## Six ways to paint it", "## Seis maneras de pintarla"),
    "sheet.little": ("A little painting", "Un poco del cuadro"),
    "sheet.balanced": ("Balanced", "Equilibrado"),
    "sheet.much": ("Much painting", "Mucho del cuadro"),
    "sheet.fine": ("Fine strokes", "Pinceladas finas"),
    "sheet.large": ("Large strokes", "Pinceladas grandes"),
    "sheet.colours": ("The photo's colours", "Los colores de la foto"),
    "sheet.settings": ("{strength} %, strokes × {scale}", "{strength} %, pinceladas × {scale}"),
    "sheet.choose": ("{name}, {settings}: paint it large", "{name}, {settings}: pintarla en grande"),
    "sheet.coming": ("{name}, {settings}: not painted yet", "{name}, {settings}: aún sin pintar"),
    "sheet.painting": ("Sketch {place} of {count} …", "Boceto {place} de {count} …"),
    "sheet.finished": ("Click the one you like: it is painted large.", "Pulsa la que te guste: se pinta en grande."),
    "sheet.stopped": ("Stopped.", "Parado."),
    "sheet.chosen": (
        "Its settings are set; now it is painted large.",
        "Sus ajustes están puestos; ahora se pinta en grande.",
    ),
    "sheet.stop": ("Stop the six", "Parar las seis"),
}
