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
    # The tab
    "inside.lead": (
        "What does the network see? Nothing but noise is moved until it shows a layer of VGG-19 the same as your"
        " picture does, as in figure 1 of Gatys et al. (2015). Early layers know every pixel; late ones only what is in"
        " the photo. And of the painting, more layers keep larger strokes, but never where they were.",
        "¿Qué ve la red? Se mueve solo ruido hasta que una capa de VGG-19 ve en él lo mismo que en tu imagen, como en"
        " la figura 1 de Gatys et al. (2015). Las primeras capas conocen cada píxel; las últimas, solo lo que hay en"
        " la foto. Y del cuadro, cuantas más capas, más grandes las pinceladas, pero nunca en su sitio.",
    ),
    "inside.content_title": ("## The photo, as one layer knows it", "## La foto, como la conoce una capa"),
    "inside.style_title": ("## The painting's manner, by some layers", "## La manera del cuadro, según unas capas"),
    "inside.layer": ("Which layer?", "¿Qué capa?"),
    "inside.layer_info": (
        "content reconstruction from the features of this layer",
        "reconstrucción del contenido a partir de las características de esta capa",
    ),
    "inside.layers": ("Which layers?", "¿Qué capas?"),
    "inside.layers_info": (
        "texture from the Gram matrices of these layers",
        "textura a partir de las matrices de Gram de estas capas",
    ),
    "inside.content": ("Rebuild the photo", "Reconstruir la foto"),
    "inside.style": ("Rebuild the manner", "Reconstruir la manera"),
    "inside.stop": ("Stop", "Parar"),
    "inside.size": ("Resolution", "Resolución"),
    "inside.size_info": ("long side in pixels", "lado largo en píxeles"),
    "inside.steps": ("Steps", "Pasos"),
    "inside.steps_info": ("of the optimiser", "del optimizador"),
    "inside.more": ("Resolution and steps", "Resolución y pasos"),
    "inside.ready": (
        "Press one of the two buttons: it begins with noise.",
        "Pulsa uno de los dos botones: empieza con ruido.",
    ),
    "inside.running": (
        "Step {step} of {steps}, at {width} × {height} px",
        "Paso {step} de {steps}, a {width} × {height} px",
    ),
    "inside.finished": ("Finished after {steps} steps.", "Terminado tras {steps} pasos."),
    "inside.stopped": ("Stopped after step {step} of {steps}.", "Parado tras el paso {step} de {steps}."),
    "inside.made_way": (
        "Stopped after step {step} of {steps}: the picture you are painting goes first. Press again when it is done.",
        "Parado tras el paso {step} de {steps}: va antes la imagen que pintas. Vuelve a pulsar cuando termine.",
    ),
    "inside.original_photo": ("The photo", "La foto"),
    "inside.original_painting": ("The painting", "El cuadro"),
    "inside.rebuilt": ("From {layers}, after step {step} of {steps}", "De {layers}, tras el paso {step} de {steps}"),
    "inside.empty": ("Here something will grow out of noise.", "Aquí saldrá algo del ruido."),
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
