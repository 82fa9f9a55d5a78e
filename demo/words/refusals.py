"""The words of refusals that come from the engine and the queue: `refused.` and what the error is about."""

from __future__ import annotations

WORDS = {
    # Of a picture: "Photo: {reason}."
    "refused.no_picture": (
        "this file isn't a picture that can be read; use JPEG, PNG, WebP, TIFF, GIF, BMP or AVIF",
        "este archivo no es una imagen que se pueda leer; usa JPEG, PNG, WebP, TIFF, GIF, BMP o AVIF",
    ),
    "refused.empty": (
        "this file is empty (0 bytes); save or download it again",
        "este archivo está vacío (0 bytes); vuelve a guardarlo o a descargarlo",
    ),
    "refused.not_read": (
        "this is a file of the kind {kind}, which can't be read here; export it as JPEG or PNG",
        "es un archivo de tipo {kind}, que aquí no se puede leer; expórtalo como JPEG o PNG",
    ),
    "refused.tiff": (
        "this is a TIFF of {layout}, which can't be read here; save it with 8 bits a channel, or as PNG",
        "es un TIFF de {layout}, que aquí no se puede leer; guárdalo con 8 bits por canal, o como PNG",
    ),
    "refused.damaged": (
        "the picture is damaged or cut off; save or download it again",
        "la imagen está dañada o incompleta; vuelve a guardarla o a descargarla",
    ),
    "refused.too_large": (
        "the picture has more than {megapixels} megapixels; scale it down first",
        "la imagen tiene más de {megapixels} megapíxeles; redúcela antes",
    ),
    "refused.too_heavy": (
        "the picture of {width} × {height} px takes {needed} GB of memory to decode, and {room} GB can be had for it;"
        " scale it down first, or save it as JPEG",
        "la imagen de {width} × {height} px necesita {needed} GB de memoria para descodificarse y solo hay {room} GB;"
        " redúcela antes o guárdala como JPEG",
    ),
    "refused.too_hard": (
        "the picture takes more memory or time to decode than there is for it; scale it down first, or save it as JPEG",
        "la imagen necesita más memoria o tiempo de lo que hay para descodificarla; redúcela antes o guárdala como"
        " JPEG",
    ),
    "refused.too_small": (
        "the picture has {width} × {height} px, and each side needs at least {least}; use a larger one",
        "la imagen tiene {width} × {height} px, y cada lado necesita al menos {least}; usa una más grande",
    ),
    "refused.transparent": (
        "the picture is transparent everywhere, so there is nothing to see; use another one",
        "la imagen es transparente por completo y no hay nada que ver; usa otra",
    ),
    # Of a run
    "refused.not_finite": (
        "What is computed got beyond all numbers, so this can't be painted further, and what was painted is kept:"
        " choose other weights of VGG-19, another preset, or another painting.",
        "El cálculo se salió de todos los números y no se puede seguir pintando; lo pintado se conserva: elige otros"
        " pesos de VGG-19, otro preajuste u otra pintura.",
    ),
    # Of what was wished
    "refused.too_narrow": (
        "A picture of {width} × {height} px is so narrow that its short side would get below {least} px: crop it, or"
        " choose a resolution of at least {enough}.",
        "Una imagen de {width} × {height} px es tan estrecha que su lado corto bajaría de {least} px: recórtala, o"
        " elige una resolución de al menos {enough}.",
    ),
    "refused.far_too_narrow": (
        "A picture of {width} × {height} px is too narrow for this page: crop it.",
        "Una imagen de {width} × {height} px es demasiado estrecha para esta página: recórtala.",
    ),
    "refused.too_fine": (
        "With strokes this small, too little is seen of a painting of {width} × {height} px: choose strokes of at least"
        " {enough}, or a higher resolution.",
        "Con pinceladas tan pequeñas se ve demasiado poco de un cuadro de {width} × {height} px: elige pinceladas de al"
        " menos {enough}, o una resolución mayor.",
    ),
    # Of what there is to paint with
    "refused.queue_full": (
        "{waiting} people are waiting already; please try again in a few minutes.",
        "Ya hay {waiting} personas esperando; vuelve a intentarlo dentro de unos minutos.",
    ),
    "refused.no_memory": (
        "There isn't enough memory for a picture of this size: choose a lower resolution.",
        "No hay memoria suficiente para una imagen de este tamaño: elige una resolución menor.",
    ),
    "refused.no_package": (
        "This needs the package {package}, which isn't installed where this page runs.",
        "Esto necesita el paquete {package}, que no está instalado donde se ejecuta esta página.",
    ),
    "refused.no_download": (
        "torchvision's weights of VGG-19 can't be downloaded now: choose those that are built in.",
        "Los pesos de torchvision para VGG-19 no se pueden descargar ahora: elige los incluidos.",
    ),
    # Of how much one visitor may take
    "refused.many_waiting": (
        "Many people are waiting, and most of them come from where you do: please try again in a few minutes.",
        "Hay mucha gente esperando, y la mayoría viene de la misma red que tú: vuelve a intentarlo dentro de unos"
        " minutos.",
    ),
    "refused.too_many_of_yours": (
        "{most} pictures of this page are being painted or waiting already: stop one of them first.",
        "Ya hay {most} imágenes de esta página pintándose o en espera: detén antes una de ellas.",
    ),
    "refused.your_jobs": (
        "{most} pictures of yours are being painted or waiting already: wait for one of them, or stop it.",
        "Ya hay {most} imágenes tuyas pintándose o en espera: espera a que acabe una, o detenla.",
    ),
    "refused.jobs_an_hour": (
        "{most} pictures an hour are what each visitor gets here: you can have the next one in {minutes} min.",
        "Aquí cada visitante puede pintar {most} imágenes por hora: la siguiente, dentro de {minutes} min.",
    ),
    "refused.seconds_an_hour": (
        "Each visitor gets {most} s of painting an hour here, and {left} of yours are left: try again in {minutes} min,"
        " or choose fewer steps or a lower resolution.",
        "Aquí cada visitante dispone de {most} s de pintura por hora, y te quedan {left}: vuelve a intentarlo dentro de"
        " {minutes} min, o elige menos pasos o una resolución menor.",
    ),
    "refused.more_than_an_hour": (
        "This would take about {seconds} s, and each visitor gets {most} s of painting an hour here: choose fewer steps"
        " or a lower resolution.",
        "Esto tardaría unos {seconds} s, y aquí cada visitante dispone de {most} s de pintura por hora: elige menos"
        " pasos o una resolución menor.",
    ),
    "refused.bad_call": (
        "A value of this call has another form than is wanted: see “Use via API” for what each takes.",
        "Un valor de esta llamada no tiene la forma que se espera: mira en «Usar vía API» qué admite cada uno.",
    ),
    "refused.closed": ("{reason}", "{reason}"),  # as whoever closed the page has written it
    "refused.closed_for_now": (
        "No pictures are painted here at the moment: come back later.",
        "Ahora mismo aquí no se pintan imágenes: vuelve más tarde.",
    ),
    "refused.most_size": (
        "A picture may have {most} pixels here at most: choose a lower resolution.",
        "Aquí una imagen puede tener {most} píxeles como máximo: elige una resolución menor.",
    ),
    "refused.most_steps": (
        "A picture may take {most} steps here at most: choose fewer.",
        "Aquí una imagen puede tomar {most} pasos como máximo: elige menos.",
    ),
    "refused.takes_too_long": (
        "This would take about {minutes} minutes, and a picture may take {most} here: choose fewer steps or a lower"
        " resolution.",
        "Esto tardaría unos {minutes} minutos, y aquí una imagen puede tardar {most}: elige menos pasos o una"
        " resolución menor.",
    ),
    "refused.stopping": (
        "The server is being stopped. The picture is kept as far as it got: download it now.",
        "El servidor se está deteniendo. La imagen queda como estaba: descárgala ahora.",
    ),
    "refused.stopping_before": (
        "The server is being stopped, so your picture wasn't begun: come back later.",
        "El servidor se está deteniendo y tu imagen no se empezó: vuelve más tarde.",
    ),
}
