"""The words of the session's gallery, of recipes dropped on the page, and of links to it."""

from __future__ import annotations

WORDS = {
    "gallery.title": ("## Made since you opened this page", "## Hecho desde que abriste esta página"),
    "gallery.empty": (
        "What you paint is collected here, with its settings.",
        "Aquí se va juntando lo que pintes, con sus ajustes.",
    ),
    "gallery.settings": (
        "{pair}: {strength} % painting, {colours} % of its colours, strokes × {scale}, {size} px, {steps} steps",
        "{pair}: {strength} % del cuadro, {colours} % de sus colores, pinceladas × {scale}, {size} px, {steps} pasos",
    ),
    "gallery.short": ("{strength} % · {size} px · {steps}", "{strength} % · {size} px · {steps}"),
    "gallery.show": ("Show: {settings}", "Ver: {settings}"),
    "gallery.star": ("Favourite: {settings}", "Favorita: {settings}"),
    "gallery.compare": ("Compare: {settings}", "Comparar: {settings}"),
    "gallery.delete": ("Delete this one", "Borrar esta"),
    "gallery.deleted": ("Deleted: {settings}.", "Borrada: {settings}."),
    "gallery.undo": ("Undo", "Deshacer"),
    "gallery.pack": ("Download all, with recipes (ZIP)", "Descargar todo, con recetas (ZIP)"),
    "shelf.forget": ("Forget what I made", "Olvidar lo que hice"),
    "shelf.explained": (
        "This browser keeps your last pictures, 50 MB at most, so that they are still there when the server was started"
        " anew. The button removes all of them, here and on the server.",
        "Este navegador guarda tus últimas imágenes, 50 MB como máximo, para que sigan ahí cuando el servidor se haya"
        " reiniciado. El botón las quita todas, aquí y en el servidor.",
    ),
    "shelf.forgotten": ("What you made is forgotten.", "Lo que hiciste está olvidado."),
    "shelf.back": (
        "The server was started anew. Your last picture, your settings and the gallery are back; a picture that was"
        " being painted has to begin again.",
        "El servidor se ha reiniciado. Tu última imagen, tus ajustes y la galería han vuelto; una imagen que se estaba"
        " pintando tiene que empezar de nuevo.",
    ),
    "shelf.picture": ("Your last picture", "Tu última imagen"),
    "gallery.use": ("Use these settings", "Usar estos ajustes"),
    "gallery.download": ("Download this one", "Descargar esta"),
    "gallery.used": (
        "The pictures and settings are as they were then.",
        "Las imágenes y los ajustes están como entonces.",
    ),
    "gallery.gone": (
        "The file of this picture is gone; paint it again.",
        "El archivo de esta imagen ya no está; vuelve a pintarla.",
    ),
    "gallery.pasted": ("a picture", "una imagen"),
    "gallery.drop": (
        "Drop a result here to get its settings back",
        "Suelta aquí un resultado para recuperar sus ajustes",
    ),
    "gallery.large": ("The result", "El resultado"),
    "error.no_recipe": (
        "There is no file: drop a PNG that was downloaded here.",
        "No hay archivo: suelta un PNG descargado de aquí.",
    ),
    "error.recipe_foreign": (
        "This file wasn't uploaded here: please choose it again.",
        "Este archivo no se subió aquí: vuelve a elegirlo.",
    ),
    "recipe.none": (
        "{name} carries no recipe: take a PNG that was downloaded here, as it came.",
        "{name} no lleva receta: elige un PNG descargado de aquí, tal como llegó.",
    ),
    "recipe.damaged": (
        "The recipe of {name} can't be followed: it is damaged, or of a later version.",
        "La receta de {name} no se puede seguir: está dañada o es de una versión posterior.",
    ),
    "recipe.other": (
        "{name} is a reconstruction, which this page can't repeat; the command line can.",
        "{name} es una reconstrucción, que esta página no puede repetir; la línea de órdenes sí.",
    ),
    "recipe.found": ("Set as for {name}: {settings}.", "Puesto como para {name}: {settings}."),
    "recipe.missing": ("Please add the pictures that aren't here: {names}.", "Añade las imágenes que faltan: {names}."),
    "recipe.lost": (
        "The settings are back, but this can't be set here as it was: {names}.",
        "Los ajustes están de vuelta, pero esto no se puede poner aquí como estaba: {names}.",
    ),
    # What can't be set: what the page has no widget for, or less room
    "lost.instead": ("{name} ({now} instead of {then})", "{name} ({now} en vez de {then})"),
    "lost.regions": ("the regions that were brushed", "las regiones que se marcaron"),
    "lost.within": ("the mask of what was painted", "la máscara de lo que se pintó"),
    "lost.strength_map": ("the map of how much painting where", "el mapa de cuánto cuadro hay en cada sitio"),
    "lost.steered": (
        "that it was steered while it was painted, which the command line repeats by its recipe",
        "que se cambió mientras se pintaba, lo que la línea de órdenes repite por su receta",
    ),
    "lost.went_on": ("that it went on from its own picture", "que siguió a partir de su propia imagen"),
    "lost.painting": ("the painting {name}", "el cuadro {name}"),
    "lost.only_colours": ("only colours, no strokes", "solo los colores, sin pinceladas"),
    "lost.aspect": ("that the photo was cut to a paper's shape", "que la foto se recortó a la forma de un papel"),
    "lost.sharp_strokes": ("that enlarged strokes stay sharp", "que las pinceladas ampliadas siguen nítidas"),
    "lost.style_weight": ("the painting's weight as a number", "el peso del cuadro como número"),
    "lost.tv_norm": ("how roughness adds up", "cómo se suma la aspereza"),
    "lost.tv_chroma": ("how much specks of colour cost", "cuánto cuestan las motas de color"),
    "lost.style_loss": ("which statistics keep the painting", "qué estadísticas conservan el cuadro"),
    "lost.learning_rate": ("how long the steps are", "cómo de largos son los pasos"),
    "lost.border": ("what lies beyond the picture's edge", "lo que hay más allá del borde de la imagen"),
    "lost.normalization": ("what the errors are divided by", "entre qué se dividen los errores"),
    "lost.content_layers": ("the layers that keep the photo", "las capas que conservan la foto"),
    "lost.style_layers": ("the layers that keep the painting", "las capas que conservan el cuadro"),
    "lost.content_layer_weights": (
        "how much each layer counts that keeps the photo",
        "cuánto cuenta cada capa que conserva la foto",
    ),
    "lost.style_layer_weights": ("how much each layer counts", "cuánto cuenta cada capa"),
    "links.button": ("Copy a link to these settings", "Copiar un enlace a estos ajustes"),
    "links.label": ("This address opens the page like this", "Esta dirección abre la página así"),
    "links.left_out": ("The link leaves this out: {parts}.", "El enlace no incluye esto: {parts}."),
    "links.pictures": ("your own pictures", "tus propias imágenes"),
    "links.strength_map": ("where you brushed more or less painting", "dónde marcaste más o menos cuadro"),
    "links.regions": ("the regions that you brushed", "las regiones que marcaste"),
    "links.blend": ("how much of each painting", "cuánto de cada cuadro"),
    "links.unknown": (
        "The link asks for {name}, which this page doesn't know.",
        "El enlace pide {name}, que esta página no conoce.",
    ),
    "links.no_picture": (
        "The link names the picture {name}, which isn't among the examples: {known}.",
        "El enlace nombra la imagen {name}, que no está entre los ejemplos: {known}.",
    ),
    "links.no_blend": (
        "The link's blend needs a number from 0 to 100 for each of its paintings ({count}), not all 0, got {value}.",
        "El blend del enlace pide un número de 0 a 100 por cada cuadro ({count}), no todos 0, y es {value}.",
    ),
}
