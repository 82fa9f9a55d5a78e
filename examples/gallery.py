"""The gallery: eight photos in the manners of three paintings each, into `examples/results/gallery`.

    python -m examples.gallery                                      all 24 anew
    python -m examples.gallery --only cat --folder new --size 256   three of them, elsewhere
    python -m examples.gallery --missing                            those that aren't there yet: painting all takes long
    python -m examples.gallery --against new --sheet both.jpg       nothing new: both folders side by side

Each picture is NAME.jpg, and NAME.json its recipe, which `python -m nst_core PHOTO PAINTING --recipe NAME.json -o
OUT.png` repeats. `sheet.jpg` shows all that the folder holds. Whoever changes the engine makes the gallery anew in
another folder and looks at both: the change is seen in 24 pictures at once.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageOps

from examples.figure_1 import HERE, lay_out
from nst_core.config import TransferConfig
from nst_core.images.reading import read_text
from nst_core.recipe import KEY

# Each painting where its own subject, light or colours help the photo, and each at least twice.
GALLERY: dict[str, Sequence[str]] = {
    "neuschwanstein": ("starry_night", "ryogoku_bridge", "auvers_street"),
    "chenonceau": ("great_wave", "cafe_terrace", "moulin_galette"),
    "roebling_bridge": ("starry_night", "night_cafe", "cafe_terrace"),
    "berlin_cathedral": ("auvers_street", "great_wave", "painter_tarascon"),
    "kingfisher": ("poppies", "summertime", "painter_tarascon"),
    "red_panda": ("moulin_galette", "summertime", "pere_tanguy"),
    "cat": ("great_wave", "moulin_galette", "night_cafe"),
    "astronaut": ("starry_night", "pere_tanguy", "poppies"),
}
FOLDER = HERE / "results/gallery"
QUALITY = 82  # of a JPEG: brush strokes at 512 px then take some 70 kB
SMALL = (240, 180)  # pixels of a picture on the sheet, that with the longer sides cropped
SHEET = "sheet.jpg"


def names(photos: Sequence[str] = ()) -> Iterator[tuple[str, str, str]]:
    """The photo, the painting and the picture's name, of all in the gallery or those of `photos`."""
    for photo in photos or GALLERY:
        for painting in GALLERY[photo]:
            yield photo, painting, f"{photo}_{painting}"


def paint(photo: str, painting: str, config: TransferConfig, folder: Path, name: str) -> None:
    """One picture of the gallery and its recipe; raises `RuntimeError` where the command line doesn't make it."""
    with tempfile.TemporaryDirectory() as drafts:
        draft = Path(drafts) / "picture.png"
        files = [f"{HERE / 'content' / photo}.jpg", f"{HERE / 'style' / painting}.jpg", "-o", str(draft)]
        options = ["--size", str(config.size), "--steps", str(config.steps)]
        if code := subprocess.run([sys.executable, "-m", "nst_core", *files, *options]).returncode:
            raise RuntimeError(f"{name} wasn't painted: exit code {code}")
        with Image.open(draft) as picture:
            _save(picture, folder / f"{name}.jpg")
        (folder / f"{name}.json").write_text(read_text(draft)[KEY] + "\n", encoding="utf-8")


def contact_sheet(folders: Sequence[Path]) -> Image.Image:
    """A row for each photo, and in it each painting's picture from all of the `folders` that have one."""
    rows = []
    for photo in GALLERY:
        found = [(name, folder) for *_, name in names([photo]) for folder in folders]
        row = [(name, _small(folder / f"{name}.jpg")) for name, folder in found if (folder / f"{name}.jpg").exists()]
        if row:
            rows.append(row)
    if not rows:
        raise ValueError(f"there is no picture of the gallery in {' or '.join(map(str, folders))}")
    return lay_out(rows)


def _small(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return ImageOps.fit(picture, SMALL, Image.Resampling.LANCZOS)


def _save(picture: Image.Image, path: Path) -> None:
    picture.save(path, quality=QUALITY, optimize=True, progressive=True)


def main(argv: Sequence[str] | None = None) -> None:
    """Paint what the options say, and lay out what there is."""
    default = TransferConfig()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=GALLERY, default=[], metavar="PHOTO", help="pictures of these")
    parser.add_argument("--size", type=int, default=default.size, help="long side of each picture in pixels")
    parser.add_argument("--steps", type=int, default=default.steps, help="of each picture")
    parser.add_argument("--missing", action="store_true", help="leave those that are there as they are")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to write")
    parser.add_argument("--against", type=Path, help="paint nothing: beside the gallery, what this folder holds")
    parser.add_argument("--sheet", type=Path, help=f"the contact sheet to write; {SHEET} in the folder if not given")
    options = parser.parse_args(argv)
    if options.against is None:
        options.folder.mkdir(parents=True, exist_ok=True)
        config = TransferConfig(size=options.size, steps=options.steps)
        for photo, painting, name in names(options.only):
            if options.missing and (options.folder / f"{name}.json").exists():  # it is written last
                continue
            sys.stderr.write(f"{name}\n")
            paint(photo, painting, config, options.folder, name)
    folders = [options.folder] if options.against is None else [options.folder, options.against]
    _save(contact_sheet(folders), options.sheet or folders[-1] / SHEET)


if __name__ == "__main__":
    main()
