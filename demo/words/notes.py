"""The words of what the engine remarks about a step."""

from __future__ import annotations

WORDS = {
    "note.and": ("and", "y"),
    "note.memory": (
        "memory ran out: it goes on in blocks of {block} pixels, which takes a little longer",
        "se acabó la memoria: sigue en bloques de {block} píxeles, lo que tarda un poco más",
    ),
    "note.astray": (
        "a step went astray: back to the best picture so far, with steps {times} times shorter",
        "un paso se desvió: vuelve a la mejor imagen hasta ahora, con pasos {times} veces más cortos",
    ),
    "note.region": (
        "the region of painting {paintings} is too small for {layers}: not counted there",
        "la región del cuadro {paintings} es demasiado pequeña para {layers}: ahí no cuenta",
    ),
    "note.mask_stretched": (
        "mask {number} is {width} × {height} px and the photo {photo_width} × {photo_height}: it is stretched",
        "la máscara {number} tiene {width} × {height} px y la foto {photo_width} × {photo_height}: se estira",
    ),
    "note.mask_lying": (
        "mask {number} is {width} × {height} px and the photo {photo_width} × {photo_height}: it fits the photo"
        " as it is stored, on its side; turn it",
        "la máscara {number} tiene {width} × {height} px y la foto {photo_width} × {photo_height}: encaja con"
        " la foto tal como está guardada, de lado; gírala",
    ),
    "note.within_stretched": (
        "the mask of what to paint is {width} × {height} px and the photo {photo_width} × {photo_height}: it is"
        " stretched",
        "la máscara de lo que se pinta tiene {width} × {height} px y la foto {photo_width} × {photo_height}: se estira",
    ),
    "note.within_lying": (
        "the mask of what to paint is {width} × {height} px and the photo {photo_width} × {photo_height}: it"
        " fits the photo as it is stored, on its side; turn it",
        "la máscara de lo que se pinta tiene {width} × {height} px y la foto {photo_width} × {photo_height}:"
        " encaja con la foto tal como está guardada, de lado; gírala",
    ),
    "note.map_stretched": (
        "the strength map is {width} × {height} px and the photo {photo_width} × {photo_height}: it is stretched",
        "el mapa de intensidad tiene {width} × {height} px y la foto {photo_width} × {photo_height}: se estira",
    ),
    "note.map_lying": (
        "the strength map is {width} × {height} px and the photo {photo_width} × {photo_height}: it fits the photo"
        " as it is stored, on its side; turn it",
        "el mapa de intensidad tiene {width} × {height} px y la foto {photo_width} × {photo_height}: encaja con"
        " la foto tal como está guardada, de lado; gíralo",
    ),
    "note.dark_photo": (
        "the photo is nearly black, so there is little to be seen of it; brighten it first",
        "la foto es casi negra y se verá poco de ella; aclárala antes",
    ),
    "note.even_photo": (
        "the photo is nearly one colour, so there is little to be seen of it",
        "la foto es casi de un solo color y se verá poco de ella",
    ),
    "note.even_painting": (
        "painting {number} is nearly one colour, so it has hardly any manner to give",
        "el cuadro {number} es casi de un solo color y apenas puede dar estilo",
    ),
    "note.grey_painting": (
        "painting {number} is grey, and so will the result be, unless the colours are the photo's",
        "el cuadro {number} es gris, y el resultado también lo será, salvo que los colores sean los de la foto",
    ),
    "note.margin_photo": (
        "the photo has a border of one colour, which is painted, too; crop it first",
        "la foto tiene un borde de un solo color, que también se pinta; recórtalo antes",
    ),
    "note.margin_painting": (
        "painting {number} has a border of one colour, which is taken for its manner",
        "el cuadro {number} tiene un borde de un solo color, que se toma por parte de su estilo",
    ),
    "note.cut_painting": (
        "the border of painting {number} is cut off: {width} × {height} px of it are left",
        "el borde del cuadro {number} está recortado: quedan {width} × {height} px",
    ),
    "note.small_painting": (
        "painting {number} has {width} × {height} px and is enlarged, which blurs its strokes; up to {largest} px,"
        " or with smaller strokes, it isn't",
        "el cuadro {number} tiene {width} × {height} px y se amplía, lo que difumina sus pinceladas; hasta {largest}"
        " px, o con pinceladas más pequeñas, no pasa",
    ),
}
