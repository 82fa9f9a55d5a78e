"""The words of several paintings, of steering, of looking back and of downloading a result."""

from __future__ import annotations

WORDS = {
    "steer.hint": (
        "You can move these while it paints: the picture follows.",
        "Puedes moverlos mientras se pinta: la imagen te sigue.",
    ),
    "result.other_pair": (
        "You have chosen another pair: Paint begins it. The buttons below go on with this one, {pair}.",
        "Has elegido otra pareja: Pintar la empieza. Los botones de abajo siguen con esta, {pair}.",
    ),
    "chosen.now": ("Paint begins this one", "Pintar empieza esta"),
    "chosen.next": ("for the next picture, once this one is done", "para la próxima imagen, cuando termine esta"),
    "steer.others": (
        "For the next picture: these don't change the one that is being painted.",
        "Para la próxima imagen: estos no cambian la que se está pintando.",
    ),
    "timeline.shown": ("This is the result now: step {step}.", "Este es ahora el resultado: paso {step}."),
    "blend.first": ("How much of the first painting?", "¿Cuánto del primer cuadro?"),
    "blend.second": ("How much of the second?", "¿Cuánto del segundo?"),
    "blend.third": ("How much of the third?", "¿Cuánto del tercero?"),
    "style_blend.label": ("How much of each painting?", "¿Cuánto de cada cuadro?"),
    "blend.nothing": (
        "All the paintings are at 0: give at least one of them more than that.",
        "Todos los cuadros están a 0: dale más a uno por lo menos.",
    ),
    "blend.fourth": ("How much of the fourth?", "¿Cuánto del cuarto?"),
    "photos.label": ("Photos to try", "Fotos para probar"),
    "offered.label": ("Paintings to try", "Cuadros para probar"),
    "offered.painting": ("{title} by {painter}", "{title}, de {painter}"),
    "painting.second_alt": ("The second painting to take the style from", "El segundo cuadro para el estilo"),
    "painting.third_alt": ("The third painting to take the style from", "El tercer cuadro para el estilo"),
    "painting.fourth_alt": ("The fourth painting to take the style from", "El cuarto cuadro para el estilo"),
    "colour_method.info": (
        "only where the colours are not all the painting's",
        "solo donde los colores no son todos del cuadro",
    ),
    "regions.colours": (
        "Brush over the photo in a painting's colour. What stays bare gets all of them.",
        "Pasa el pincel sobre la foto con el color de un cuadro. Lo que quede sin marcar los recibe todos.",
    ),
    "strength_map.colours": (
        "Brush where you want more of the painting, or less, as on faces. What stays bare gets what the slider says.",
        "Marca dónde quieres más del cuadro, o menos, como en las caras. Lo que quede sin marcar recibe lo que diga el"
        " control.",
    ),
    "strength_map.less": ("turquoise: less painting", "turquesa: menos cuadro"),
    "strength_map.more": ("violet: more painting", "violeta: más cuadro"),
    "regions.painting": ("Painting {place}: {colour}", "Cuadro {place}: {colour}"),
    "regions.colour_1": ("red", "rojo"),
    "regions.colour_2": ("blue", "azul"),
    "regions.colour_3": ("yellow", "amarillo"),
    "regions.colour_4": ("green", "verde"),
    "download.png_button": ("Download PNG ({width} × {height} px)", "Descargar PNG ({width} × {height} px)"),
    "download.png16_button": (
        "Download PNG, 16 bits ({width} × {height} px)",
        "Descargar PNG de 16 bits ({width} × {height} px)",
    ),
    "download.jpeg_button": ("Download JPEG ({width} × {height} px)", "Descargar JPEG ({width} × {height} px)"),
    "download.only_last": (
        "Only the last picture is kept in 16 bits: move the timeline to its end. This is the PNG with 8.",
        "Solo la última imagen se guarda en 16 bits: lleva la línea de momentos hasta el final. Este es el PNG de 8.",
    ),
    "download.mp4_button": ("Download the making-of (MP4)", "Descargar el así se hizo (MP4)"),
    "download.disk_full": ("No download: the server's disk is full", "Sin descarga: el disco del servidor está lleno"),
    "status.disk_full": (
        "The server's disk is full, so there is no download for now. The picture is kept: choose a format in a while.",
        "El disco del servidor está lleno, así que por ahora no hay descarga. La imagen se conserva: elige un formato"
        " dentro de un rato.",
    ),
    "print.label": ("For print on", "Para imprimir en"),
    "print.none": ("no paper", "ningún papel"),
    "print.letter": ("letter (US)", "carta (EE. UU.)"),
    "print.told": (
        "On {paper} it will be {width} × {height} cm, at {dpi} dpi: the file tells the printer.",
        "En {paper} medirá {width} × {height} cm, a {dpi} ppp: el archivo se lo dice a la impresora.",
    ),
    "print.coarse": (
        "That looks soft from nearby.",
        "De cerca se verá poco nítido.",
    ),
    "print.larger": (
        "“Larger” paints it at {size}\N{NO-BREAK SPACE}px.",
        "«Más grande» lo pinta a {size}\N{NO-BREAK SPACE}px.",
    ),
    "print.elsewhere": (
        "This page goes up to {limit}\N{NO-BREAK SPACE}px; for {dpi} dpi ({size}\N{NO-BREAK SPACE}px) take the PNG to "
        "your own machine:",
        "Esta página llega a {limit}\N{NO-BREAK SPACE}px; para {dpi} ppp ({size}\N{NO-BREAK SPACE}px) llévate el PNG a "
        "tu equipo:",
    ),
    "download.gif_button": ("Download the making-of (GIF)", "Descargar el así se hizo (GIF)"),
}
