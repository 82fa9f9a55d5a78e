"""The names of the example pictures, by the names of their files."""

from __future__ import annotations

WORDS = {
    "photo.astronaut": ("Astronaut Eileen Collins", "La astronauta Eileen Collins"),
    "photo.berlin_cathedral": ("Berlin Cathedral", "Catedral de Berlín"),
    "photo.brandenburg_gate": ("Brandenburg Gate", "Puerta de Brandeburgo"),
    "photo.cat": ("Playing kitten", "Gatito jugando"),
    "photo.chenonceau": ("Château de Chenonceau", "Castillo de Chenonceau"),
    "photo.coffee": ("Coffee cup", "Taza de café"),
    "photo.kingfisher": ("Kingfisher", "Martín pescador"),
    "photo.neuschwanstein": ("Neuschwanstein Castle", "Castillo de Neuschwanstein"),
    "photo.red_panda": ("Red panda", "Panda rojo"),
    "photo.roebling_bridge": ("Roebling Suspension Bridge, Cincinnati", "Puente colgante Roebling, Cincinnati"),
    "painting.auvers_street": ("Village Street in Auvers", "Calle de Auvers"),
    "painting.cafe_terrace": ("Café Terrace at Night", "Terraza de café por la noche"),
    "painting.great_wave": ("The Great Wave off Kanagawa", "La gran ola de Kanagawa"),
    "painting.moulin_galette": ("Bal du moulin de la Galette", "Baile en el Moulin de la Galette"),
    "painting.night_cafe": ("The Night Café", "El café de noche"),
    "painting.painter_tarascon": ("Painter on His Way to Work", "El pintor camino del trabajo"),
    "painting.pere_tanguy": ("Portrait of Père Tanguy", "Retrato de Père Tanguy"),
    "painting.poppies": ("Poppies", "Amapolas"),
    "painting.ryogoku_bridge": ("Sunset over the Ryōgoku Bridge", "Puesta de sol en el puente Ryōgoku"),
    "painting.starry_night": ("The Starry Night", "La noche estrellada"),
    "painting.summertime": ("Summertime", "Verano"),
}
