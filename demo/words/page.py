"""The words of the page: pictures, settings, buttons, the status of a run, what went wrong."""

from __future__ import annotations

WORDS = {
    # The page
    "page.title": ("Neural style transfer", "Transferencia de estilo neuronal"),
    "page.lead": (
        "Give a photo and a painting, and watch the photo being repainted in the painting's manner.",
        "Elige una foto y un cuadro, y mira cómo la foto se vuelve a pintar a la manera del cuadro.",
    ),
    "page.paint_tab": ("Paint", "Pintar"),
    "page.inside_tab": ("See inside", "Mirar por dentro"),
    "page.how_link": ("How it works", "Cómo funciona"),
    "page.advanced": ("Advanced", "Avanzado"),
    # Drawers of a narrow screen
    "drawers.label": ("What to paint, and how", "Qué pintar y cómo"),
    "drawers.photo": ("Photo", "Foto"),
    "drawers.painting": ("Painting", "Cuadro"),
    "drawers.adjust": ("Adjust", "Ajustar"),
    "drawers.mine": ("Mine", "Lo mío"),
    # Examples
    "examples.label": ("A photo and a painting to begin with", "Una foto y un cuadro para empezar"),
    "examples.pair": (
        "{photo}, to be painted like {title} by {painter}",
        "{photo}, para pintarlo como {title}, de {painter}",
    ),
    # Pictures that go in
    "photo.label": ("Photo", "Foto"),
    "photo.alt": ("The photo to repaint", "La foto que se va a pintar"),
    "painting.label": ("Painting", "Cuadro"),
    "painting.alt": ("The painting to take the style from", "El cuadro del que se toma el estilo"),
    "painting.second": ("Second painting", "Segundo cuadro"),
    "painting.third": ("Third painting", "Tercer cuadro"),
    "painting.fourth": ("Fourth painting", "Cuarto cuadro"),
    "painting.add": ("+ Another painting", "+ Otro cuadro"),
    "regions.label": ("Where does each painting belong?", "¿Dónde va cada cuadro?"),
    "regions.alt": ("The photo with the regions brushed on it", "La foto con las regiones marcadas"),
    "strength_map.label": ("More or less painting in places?", "¿Más o menos cuadro en algún sitio?"),
    "strength_map.alt": (
        "The photo with what is brushed on it: more painting here, less there",
        "La foto con lo que se marca en ella: aquí más cuadro, allí menos",
    ),
    "brush.eraser": ("Eraser", "Goma"),
    "brush.size": ("Brush", "Pincel"),
    "brush.undo": ("Undo", "Deshacer"),
    "brush.clear": ("Clear", "Borrar todo"),
    "regions.no_room": (
        "Painting {painting} has no room: all of the photo is brushed for others. Brush some of it in its colour, or"
        " leave some bare.",
        "El cuadro {painting} no tiene sitio: toda la foto está marcada para otros. Marca una parte con su color, o"
        " deja algo sin marcar.",
    ),
    "regions.unreadable": (
        "What you brushed can't be read; clear the canvas and brush again.",
        "No se puede leer lo que has marcado; bórralo y vuelve a marcarlo.",
    ),
    # What a person chooses
    "strength.label": ("How much painting?", "¿Cuánto del cuadro?"),
    "strength.info": (
        "in percent: how strongly the painting's manner shows",
        "en tanto por ciento: con cuánta fuerza se nota la manera del cuadro",
    ),
    "strength.technical": (
        "strength: the balance of style loss and content loss",
        "intensidad: el equilibrio entre la pérdida de estilo y la de contenido",
    ),
    "strength.low": ("keeps the photo", "conserva la foto"),
    "strength.middle": ("balanced", "equilibrado"),
    "strength.high": ("all painting", "todo cuadro"),
    "colours.label": ("Whose colours?", "¿De quién son los colores?"),
    "colours.info": (
        "in percent, from the photo's own to the painting's",
        "en tanto por ciento: de los de la foto a los del cuadro",
    ),
    "colours.technical": (
        "colour transfer: the painting gets the photo's mean colour and covariance",
        "transferencia de color: el cuadro recibe el color medio y la covarianza de la foto",
    ),
    "colours.low": ("the photo's", "de la foto"),
    "colours.high": ("the painting's", "del cuadro"),
    "strokes.label": ("How large are the strokes?", "¿Cómo de grandes son las pinceladas?"),
    "strokes.info": (
        "style scale: 2 = twice as large as in the painting",
        "escala del estilo: 2 = el doble de grandes que en el cuadro",
    ),
    "size.label": ("Resolution", "Resolución"),
    "size.info": (
        "long side of the result in pixels; twice the size takes about four times as long",
        "lado largo del resultado en píxeles; el doble de tamaño tarda unas cuatro veces más",
    ),
    "steps.label": ("Steps", "Pasos"),
    "steps.info": (
        "of the optimiser, all scales together; most of the change comes early",
        "del optimizador, sumando todas las escalas; casi todo el cambio llega al principio",
    ),
    "initial.label": ("Start from", "Empezar desde"),
    "initial.info": ("image that the optimisation starts from", "imagen con la que empieza la optimización"),
    "initial.content": ("the photo", "la foto"),
    "initial.noise": ("noise", "ruido"),
    "initial.style": ("the painting", "el cuadro"),
    "optimizer.label": ("Optimiser", "Optimizador"),
    "optimizer.info": ("what moves the pixels", "lo que mueve los píxeles"),
    "optimizer.lbfgs": ("L-BFGS", "L-BFGS"),
    "optimizer.adam": ("Adam", "Adam"),
    "pooling.label": ("Pooling", "Submuestreo"),
    "pooling.info": (
        "how VGG-19 halves its feature maps",
        "cómo reduce VGG-19 a la mitad sus mapas de características",
    ),
    "pooling.max": ("maximum", "máximo"),
    "pooling.average": ("average", "media"),
    "margins.label": ("Borders of the paintings", "Bordes de los cuadros"),
    "margins.info": (
        "of one colour: black bars, a wall, the white of a scan",
        "de un solo color: franjas negras, una pared, el blanco de un escaneo",
    ),
    "margins.keep": ("keep them", "conservarlos"),
    "margins.cut": ("cut them off", "recortarlos"),
    "margins.to_cut": ("Cut it off", "Recortarlo"),
    "margins.to_keep": ("Keep it", "Conservarlo"),
    "scales.label": ("Scales", "Escalas"),
    "scales.info": (
        "sizes from coarse to fine, each twice the one before; 1 = full size only, 0 = from 64 pixels up",
        "tamaños de grueso a fino, cada uno el doble del anterior; 1 = solo el tamaño final, 0 = desde 64 píxeles",
    ),
    "content_weight.label": ("Content weight", "Peso del contenido"),
    "content_weight.info": ("alpha, how much the photo counts", "alfa: cuánto cuenta la foto"),
    "tv_weight.label": ("Smoothness", "Suavidad"),
    "tv_weight.info": (
        "total variation: how much roughness costs",
        "variación total: cuánto cuesta la aspereza",
    ),
    "seed.label": ("Seed", "Semilla"),
    "seed.info": ("of the noise; another seed is another noise", "del ruido; otra semilla es otro ruido"),
    "weights.label": ("Weights of VGG-19", "Pesos de VGG-19"),
    "weights.info": ("who trained the network", "quién entrenó la red"),
    "weights.embedded": ("the authors' own (built in)", "los de sus autores (incluidos)"),
    "weights.torchvision": ("torchvision's (a download of 548 MB)", "los de torchvision (una descarga de 548 MB)"),
    "colour_method.label": ("How the photo's colours are kept", "Cómo se conservan los colores de la foto"),
    "colour_method.linear": ("recolour the painting", "recolorear el cuadro"),
    "colour_method.luminance": ("paint light and dark only", "pintar solo luces y sombras"),
    "colour_method.histogram": ("recolour the result", "recolorear el resultado"),
    # Buttons
    "paint.start": ("Paint", "Pintar"),
    "paint.again": ("Paint again", "Pintar otra vez"),
    "paint.stop": ("Stop and keep the picture", "Parar y guardar la imagen"),
    "paint.leave_line": ("Leave the line", "Dejar la cola"),
    "paint.stopping": ("Finishing the last step …", "Terminando el último paso …"),
    "paint.six": ("Show me six", "Muéstrame seis"),
    "paint.go_on": ("Keep going", "Seguir pintando"),
    "paint.go_on_by": ("Keep going (+{steps})", "Seguir (+{steps})"),
    "paint.larger": ("Larger", "Más grande"),
    "paint.larger_to": ("Larger ({size}\N{NO-BREAK SPACE}px)", "Más grande ({size}\N{NO-BREAK SPACE}px)"),
    "steps.one": ("1\N{NO-BREAK SPACE}step", "1\N{NO-BREAK SPACE}paso"),
    "steps.many": ("{steps}\N{NO-BREAK SPACE}steps", "{steps}\N{NO-BREAK SPACE}pasos"),
    # Times
    "time.seconds": ("about {seconds} s", "unos {seconds} s"),
    "time.minutes": ("about {minutes} min", "unos {minutes} min"),
    "time.hours": ("about {hours} h {minutes} min", "unas {hours} h {minutes} min"),
    "time.left": ("{time} left", "faltan {time}"),
    "time.measuring": ("measuring this machine\N{NO-BREAK SPACE}…", "midiendo este equipo\N{NO-BREAK SPACE}…"),
    "time.waiting": ("waiting to measure\N{NO-BREAK SPACE}…", "esperando para medir\N{NO-BREAK SPACE}…"),
    "time.waiting_hint": (
        "The time is known once this machine was measured, and that begins when nobody paints",
        "El tiempo se sabrá cuando se haya medido este equipo, y eso empieza cuando nadie pinte",
    ),
    "time.impossible": ("not possible like this", "así no se puede"),
    "time.unknown": ("estimating the time …", "calculando el tiempo …"),
    "time.hint": (
        "For these settings on this machine, once it is your turn",
        "Con estos ajustes en este equipo, cuando te toque el turno",
    ),
    # The status of a run
    "status.ready": (
        "Everything is ready: press Paint, or choose a photo and a painting of your own.",
        "Todo listo: pulsa Pintar, o elige una foto y un cuadro tuyos.",
    ),
    "status.incomplete": (
        "Choose a photo and a painting, or click an example pair.",
        "Elige una foto y un cuadro, o pulsa una pareja de ejemplo.",
    ),
    "status.turn": ("Your turn: getting VGG-19 ready …", "Te toca: preparando VGG-19 …"),
    "status.next": ("In line: your picture is next.", "En cola: tu imagen es la siguiente."),
    "status.ahead": (
        "In line: {ahead} pictures are painted before yours.",
        "En cola: antes de la tuya se pintan {ahead} imágenes.",
    ),
    "status.step": ("step {step} of {steps}", "paso {step} de {steps}"),
    "status.size": ("at {width} × {height} px", "a {width} × {height} px"),
    "status.progress": ("Progress", "Progreso"),
    "status.steered": ("The picture follows from the next step on.", "La imagen obedece desde el próximo paso."),
    "status.finished": (
        "Finished after {steps} steps. Drag the handle to compare with the photo.",
        "Terminado tras {steps} pasos. Arrastra el tirador para comparar con la foto.",
    ),
    "status.stopped": ("Stopped after step {step} of {steps}.", "Parado tras el paso {step} de {steps}."),
    "status.stopped_small": (
        "Stopped after step {step} of {steps}, at {width} × {height} px, enlarged to {full_width} × {full_height} px.",
        "Parado tras el paso {step} de {steps}, a {width} × {height} px, ampliado a {full_width} × {full_height} px.",
    ),
    "status.stopped_early": ("Stopped before the first picture.", "Parado antes de la primera imagen."),
    "status.stopped_earlier": (
        "Stopped before the first picture; this is the one from before.",
        "Parado antes de la primera imagen; esta es la de antes.",
    ),
    # The picture
    "picture.empty": ("Your painting will appear here.", "Aquí aparecerá tu cuadro."),
    "picture.sample": ("The photo, and what becomes of it.", "La foto y lo que sale de ella."),
    "picture.before": ("The photo, not painted yet", "La foto, aún sin pintar"),
    "picture.step": ("The picture after step {step} of {steps}", "La imagen tras el paso {step} de {steps}"),
    "compare.before": ("The photo", "La foto"),
    "compare.after": ("The picture", "La imagen"),
    "compare.compare": ("The photo and the picture", "La foto y la imagen"),
    "compare.closer": ("Look closer", "Mirar de cerca"),
    "compare.farther": ("Look from farther away", "Mirar de lejos"),
    "compare.fullscreen": ("Fullscreen", "Pantalla completa"),
    "timeline.label": ("Moments of the run", "Momentos de la ejecución"),
    "timeline.info": ("drag to look back; the numbers are steps", "arrastra para mirar atrás; los números son pasos"),
    # Downloads
    "download.as": ("Download as", "Descargar como"),
    "download.png": ("PNG, with its recipe", "PNG, con su receta"),
    "download.jpeg": ("JPEG, small", "JPEG, pequeño"),
    "download.png16": ("PNG with 16 bits a channel", "PNG de 16 bits por canal"),
    "download.mp4": ("Making-of as video (MP4)", "Así se hizo, en vídeo (MP4)"),
    "download.gif": ("Making-of as GIF", "Así se hizo, en GIF"),
    "download.preparing": ("Preparing the file …", "Preparando el archivo …"),
    # Losses
    "losses.caption": (
        "How far the picture is from the photo (content) and from the painting (style)",
        "Cuánto se aleja la imagen de la foto (contenido) y del cuadro (estilo)",
    ),
    "losses.total": ("total", "total"),
    "losses.content": ("content", "contenido"),
    "losses.style": ("style", "estilo"),
    "losses.step": ("step", "paso"),
    "losses.summary": (
        "Losses on a logarithmic scale after step {step} of {steps}: {ends}",
        "Pérdidas en escala logarítmica tras el paso {step} de {steps}: {ends}",
    ),
    # What went wrong
    "error.no_photo": (
        "There is no photo yet: choose one, or click an example pair.",
        "Todavía no hay foto: elige una, o pulsa una pareja de ejemplo.",
    ),
    "error.no_painting": (
        "There is no painting yet: choose one, or click an example pair.",
        "Todavía no hay cuadro: elige uno, o pulsa una pareja de ejemplo.",
    ),
    "error.photo_foreign": (
        "The photo wasn't uploaded here: please choose it again, or send a file, not an address.",
        "La foto no se subió aquí: vuelve a elegirla, o envía un archivo, no una dirección.",
    ),
    "error.painting_foreign": (
        "The painting wasn't uploaded here: please choose it again, or send a file, not an address.",
        "El cuadro no se subió aquí: vuelve a elegirlo, o envía un archivo, no una dirección.",
    ),
    "error.photo_lost": (
        "The photo didn't arrive; please choose it again.",
        "La foto no llegó; vuelve a elegirla.",
    ),
    "error.painting_lost": (
        "The painting didn't arrive; please choose it again.",
        "El cuadro no llegó; vuelve a elegirlo.",
    ),
    "error.photo_bad": ("Photo: {reason}.", "Foto: {reason}."),
    "error.painting_bad": ("Painting: {reason}.", "Cuadro: {reason}."),
    "error.number": ("“{name}” needs a number, got {value}.", "«{name}» necesita un número y recibió {value}."),
    "error.number_missing": ("“{name}” is empty: give it a number.", "«{name}» está vacío: escribe un número."),
    "error.range": (
        "“{name}” must be between {low} and {high} here, got {value}.",
        "«{name}» debe estar aquí entre {low} y {high}, y recibió {value}.",
    ),
    "error.choice": (
        "“{name}” must be one of {choices}, got {value}.",
        "«{name}» debe ser uno de estos valores: {choices}; recibió {value}.",
    ),
    "error.failed": (
        "Something went wrong while painting; what was painted so far is kept.",
        "Algo salió mal al pintar; lo pintado hasta ahora se conserva.",
    ),
    "error.out_of_memory": (
        "The memory gave out while painting. Choose a lower resolution; what was painted so far is kept.",
        "La memoria se agotó al pintar. Elige una resolución menor; lo pintado hasta ahora se conserva.",
    ),
    "error.bad_call": (
        "A value of this call has another form than is wanted: see “Use via API” for what each takes.",
        "Un valor de esta llamada no tiene la forma que se espera: mira en «Usar vía API» qué admite cada uno.",
    ),
    "error.disk_full": (
        "The disk of the server is full. What was painted so far is kept; try again later.",
        "El disco del servidor está lleno. Lo pintado hasta ahora se conserva; vuelve a intentarlo más tarde.",
    ),
    "error.nothing": (
        "There is no picture yet: press Paint first.",
        "Todavía no hay ninguna imagen: pulsa antes Pintar.",
    ),
    "error.largest": (
        "The picture is as large as this page allows: {limit} px.",
        "La imagen ya es lo más grande que permite esta página: {limit} px.",
    ),
}
