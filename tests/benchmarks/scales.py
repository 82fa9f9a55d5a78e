"""One scale or several, in the same time: seconds, style error at full, half and quarter size, content error, by pair.

Every plan gets as many steps as make it cost the same, counted in pixels that VGG-19 sees.

    python -m tests.benchmarks.scales --size 512 --steps 200 --pairs 4 --scales 1,2,3,4 --pictures FOLDER
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

from nst_core.config import TransferConfig
from nst_core.images import save_image
from nst_core.network.vgg import load_vgg19
from nst_core.scene.scales import scale_plan, step_cost
from nst_core.transfer import stylize
from tests.benchmarks.judge import Pair, judge, load_pairs


def cost(pair: Pair, config: TransferConfig) -> int:
    """Of a whole run."""
    plan = scale_plan(pair.photo.size, [pair.painting.size], config)
    return sum(step_cost(size, config) * steps for size, steps in plan)


def with_equal_cost(pair: Pair, config: TransferConfig, scales: int) -> TransferConfig:
    """`config` with another number of scales, and the steps that then cost as much."""
    changed = replace(config, scales=scales)
    return replace(changed, steps=round(config.steps * cost(pair, config) / cost(pair, changed)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    defaults = TransferConfig()
    parser.add_argument("--size", type=int, default=defaults.size, help="long side in pixels")
    parser.add_argument("--steps", type=int, default=defaults.steps, help="of the default number of scales")
    parser.add_argument("--pairs", type=int, default=4, help="how many of the examples")
    parser.add_argument("--scales", default="1,3", help="numbers of scales to compare")
    parser.add_argument("--pictures", type=Path, help="folder for the results, to look at")
    options = parser.parse_args()
    config = TransferConfig(size=options.size, steps=options.steps)
    network = load_vgg19(config.weights, config.pooling)
    print(f"{'pair':38s}{'scales':>7s}{'steps':>6s}{'s':>7s}{'full':>8s}{'half':>8s}{'quarter':>8s}{'content':>8s}")
    for pair in load_pairs(options.pairs):
        for scales in map(int, options.scales.split(",")):
            chosen = with_equal_cost(pair, config, scales)
            began = time.perf_counter()
            *_, last = stylize(pair.photo, pair.painting, chosen, extractor=network)
            seconds, verdict = time.perf_counter() - began, judge(last.image, pair, network)
            errors = "".join(f"{error:8.3f}" for error in verdict)
            print(f"{pair.name:38s}{scales:7d}{chosen.steps:6d}{seconds:7.0f}{errors}", flush=True)
            if options.pictures:
                save_image(last.image, options.pictures / f"{pair.name.replace(' ', '_')}_{scales}.png")


if __name__ == "__main__":
    main()
