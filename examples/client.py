"""Ask a running demo (`python app.py`) for pictures, with gradio_client.

    python -m examples.client stylize photo.jpg painting.jpg -o out.png --size 384 --strength 60
    python -m examples.client contact_sheet photo.jpg painting.jpg -o six
    python -m examples.client reconstruct painting.jpg --kind style --layers relu1_1 relu2_1 -o texture.png

Every endpoint streams pairs: what is painted so far, and the numbers that belong to it. What isn't given is as the
page has it.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import Any

from gradio_client import Client, handle_file

FILES = ("photo", "painting", "picture")


def ask(client: Client, endpoint: str, arguments: dict[str, Any]) -> Any:
    """The last of what the endpoint streams; to leave the loop and `cancel` the job would be to stop."""
    files = {name: handle_file(arguments[name]) for name in FILES if name in arguments}
    last = None
    for painted, progress in client.submit(**arguments | files, api_name=f"/{endpoint}"):
        show(progress)
        last = painted
    return last


def show(progress: dict[str, Any]) -> None:
    """One line: a place in the queue, or a step and its loss."""
    if "step" in progress:
        print("step {step} of {steps} at {width} x {height}: loss {total_loss:.4g}".format(**progress))
    else:
        print("waiting; {waiting} are first".format(**progress))


def save(painted: Any, output: Path) -> None:
    """One picture to a file, several to a folder, each under its caption."""
    if isinstance(painted, str):
        shutil.copyfile(painted, output)
        return
    output.mkdir(parents=True, exist_ok=True)
    for picture in painted:
        shutil.copyfile(picture["image"], output / f"{picture['caption']}.png")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", default="http://127.0.0.1:7860", help="where the demo runs")
    endpoints = parser.add_subparsers(dest="endpoint", required=True)
    commands = {name: endpoints.add_parser(name) for name in ("stylize", "contact_sheet", "reconstruct")}
    for name, command in commands.items():
        for file in ("picture",) if name == "reconstruct" else ("photo", "painting"):
            command.add_argument(file)
        if name != "contact_sheet":
            command.add_argument("--size", type=int, help="long side of the result in pixels")
        command.add_argument("--steps", type=int, help="optimiser steps")
        command.add_argument("-o", "--output", type=Path, required=True)
    commands["stylize"].add_argument("--strength", type=float, help="how much painting, in percent")
    commands["stylize"].add_argument("--colours", type=float, help="whose colours, in percent: 0 the photo's")
    commands["reconstruct"].add_argument("--kind", choices=("content", "style"))
    commands["reconstruct"].add_argument("--layers", nargs="+", metavar="LAYER")
    return parser.parse_args()


def main() -> None:
    options = parse()
    given = {name: value for name, value in vars(options).items() if value is not None}
    arguments = {name: value for name, value in given.items() if name not in ("server", "endpoint", "output")}
    client = Client(options.server, verbose=False)
    try:
        save(ask(client, options.endpoint, arguments), options.output)
    finally:
        client.close()


if __name__ == "__main__":
    main()
