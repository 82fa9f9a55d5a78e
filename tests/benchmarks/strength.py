"""Whether a strength means the same everywhere: style and content errors across paintings, sizes and initial images.

python -m tests.benchmarks.strength --pairs 12 --sizes 128,256 --strengths 25,50,75 --initial content,noise
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path
from statistics import median

from nst_core.config import Initial, StyleLoss, TransferConfig
from nst_core.images import save_image
from nst_core.loss.objective import LossValues
from nst_core.network.vgg import load_vgg19
from nst_core.transfer import stylize
from tests.benchmarks.judge import load_pairs


def spread(values: list[float]) -> str:
    """Lowest, median, highest."""
    return f"{min(values):.3f} {median(values):.3f} {max(values):.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=12, help="how many of the examples")
    parser.add_argument("--sizes", default="128,256", help="long sides in pixels")
    parser.add_argument("--strengths", default="25,50,75", help="in percent")
    parser.add_argument("--initial", default="content", help="initial images")
    parser.add_argument("--style-loss", default=TransferConfig().style_loss, choices=list(StyleLoss), type=StyleLoss)
    parser.add_argument("--steps", type=int, default=TransferConfig().steps)
    parser.add_argument("--pictures", type=Path, help="folder for the results, to look at")
    options = parser.parse_args()
    network = load_vgg19(TransferConfig().weights, TransferConfig().pooling)
    chosen = (options.strengths.split(","), options.sizes.split(","), options.initial.split(","))
    print(f"{'strength':>8s}{'size':>6s} {'start':8s} {'style: min median max':24s}{'content: min median max':24s}")
    for strength, size, initial in product(*chosen):
        config = TransferConfig(
            size=int(size),
            steps=options.steps,
            strength=float(strength),
            initial=Initial(initial),
            style_loss=options.style_loss,
        )
        ends: list[LossValues] = []
        for pair in load_pairs(options.pairs):
            *_, last = stylize(pair.photo, pair.painting, config, extractor=network)
            ends.append(last.losses)
            if options.pictures:
                name = f"{pair.name.replace(' ', '_')}_{size}_{strength}_{initial}.png"
                save_image(last.image, options.pictures / name)
        styles, contents = spread([end.style for end in ends]), spread([end.content for end in ends])
        print(f"{strength:>8s}{size:>6s} {initial:8s} {styles:24s}{contents:24s}", flush=True)


if __name__ == "__main__":
    main()
