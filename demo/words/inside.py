"""The words of the tab that looks inside the network, and of the bars of the layers' losses."""

from __future__ import annotations

WORDS = {
    # What each block of VGG-19 looks at
    "layers.block1": ("colours and dots", "colores y puntos"),
    "layers.block2": ("fine texture", "textura fina"),
    "layers.block3": ("strokes", "pinceladas"),
    "layers.block4": ("shapes", "formas"),
    "layers.block5": ("large shapes", "formas grandes"),
    # The losses layer by layer
    "bars.caption": ("Which layer is still far off?", "¿Qué capa está aún lejos?"),
    "bars.farthest": ("Farthest: {layer}.", "La más lejana: {layer}."),
    "bars.layer": ("layer", "capa"),
    "bars.bar": ("bar", "barra"),
    "bars.distance": ("how far off", "a qué distancia"),
    "bars.style": ("painting: {what}", "cuadro: {what}"),
    "bars.content": ("photo: {what}", "foto: {what}"),
    "measures.show": ("Show what the network measures", "Mostrar lo que mide la red"),
    # The tab
    "inside.lead": (
        "What does the network see? Nothing but noise is moved until it shows a layer of VGG-19 the same as the"
        " picture does, as in figure 1 of Gatys et al. (2015). Early layers know every pixel; late ones only what is in"
        " the photo. And of the painting, more layers keep larger strokes, but never where they were.",
        "¿Qué ve la red? Se mueve solo ruido hasta que una capa de VGG-19 ve en él lo mismo que en la imagen, como en"
        " la figura 1 de Gatys et al. (2015). Las primeras capas conocen cada píxel; las últimas, solo lo que hay en"
        " la foto. Y del cuadro, cuantas más capas, más grandes las pinceladas, pero nunca en su sitio.",
    ),
    "inside.source": ("Whose pictures?", "¿De qué imágenes?"),
    "inside.of_example": ("The example: {names}", "El ejemplo: {names}"),
    "inside.of_own": ("Those you chose: {names}", "Las que elegiste: {names}"),
    "inside.row_content": ("The photo, as one layer knows it", "La foto, como la conoce una capa"),
    "inside.row_style": (
        "The painting's manner, by more and more layers",
        "La manera del cuadro, según cada vez más capas",
    ),
    "inside.no_content": ("No photo yet", "Sin foto todavía"),
    "inside.no_style": ("No painting yet", "Sin cuadro todavía"),
    "inside.up_to": ("to {layer}", "hasta {layer}"),
    "inside.show": ("{name}, {sees}: show it large", "{name}, {sees}: verla en grande"),
    "inside.rebuild_it": ("{name}, {sees}: rebuild it", "{name}, {sees}: reconstruirla"),
    "inside.again": ("Watch it grow out of noise", "Ver cómo sale del ruido"),
    "inside.stop": ("Stop", "Parar"),
    "inside.size": ("Resolution", "Resolución"),
    "inside.size_info": ("long side in pixels", "lado largo en píxeles"),
    "inside.steps": ("Steps", "Pasos"),
    "inside.steps_info": ("of the optimiser", "del optimizador"),
    "inside.more": ("Resolution and steps", "Resolución y pasos"),
    "inside.begin": (
        "Not rebuilt yet: click a layer, and it begins with noise.",
        "Aún sin reconstruir: pulsa una capa y empezará con ruido.",
    ),
    "inside.running": (
        "Step {step} of {steps}, at {width} × {height} px",
        "Paso {step} de {steps}, a {width} × {height} px",
    ),
    "inside.finished": ("Rebuilt in {steps}.", "Reconstruida en {steps}."),
    "inside.stopped": ("Stopped after step {step} of {steps}.", "Parado tras el paso {step} de {steps}."),
    "inside.made_way": (
        "The picture you are painting goes first. Press again when it is done.",
        "La imagen que pintas va antes. Vuelve a pulsar cuando termine.",
    ),
    "inside.original_photo": ("The photo: {name}", "La foto: {name}"),
    "inside.original_painting": ("The painting: {name}", "El cuadro: {name}"),
    "inside.rebuilt": (
        "From {layers}, after step {step} of {steps}, at {width} × {height} px",
        "De {layers}, tras el paso {step} de {steps}, a {width} × {height} px",
    ),
    "inside.not_yet": ("From {layers}: not rebuilt yet", "De {layers}: aún sin reconstruir"),
    "inside.empty": (
        "There is no picture here yet: choose one on the other tab.",
        "Aquí no hay todavía ninguna imagen: elige una en la otra pestaña.",
    ),
    "inside.no_layers": (
        "No layer is chosen: choose at least one of {layers}.",
        "No hay ninguna capa elegida: elige al menos una de {layers}.",
    ),
    "inside.bad_layer": (
        "{layer} can't be looked at here; choose among {layers}.",
        "{layer} no se puede mirar aquí; elige entre {layers}.",
    ),
    "inside.one_layer": (
        "The photo is rebuilt from one layer, got {layers}; choose one.",
        "La foto se reconstruye a partir de una sola capa, y llegaron {layers}; elige una.",
    ),
    "inside.no_kind": (
        "kind must be content or style, got {value}.",
        "kind debe ser content o style, y recibió {value}.",
    ),
}
