"""How many evaluations a picture takes, beside plain L-BFGS.

The plain loop is torch's L-BFGS over the pixels, with a history of 100 and one evaluation a step, from the photo at
full size, on the losses of the preset `paper`: its normalisation, average pooling, zeros around the picture, no total
variation. Its first step moves the average pixel as far as ours does: torch's own is so short that the second, of
unknown curvature, overshoots.

"The same loss": evaluations of `Descent`, with the history that runs so long get by default, until that loss is as
low as the plain loop's lowest. "As good a picture": runs of the defaults, of more and more steps, until the relative
style error, mean over full, half and quarter size, is as low as that of the plain loop's picture, at no higher
content error. "The preset": what `--preset` gives and costs, the style error also as a share of the photo's own.
Costs are in evaluations of the plain loop at the same size, counted in pixels that VGG-19 sees.

    python -m tests.benchmarks.evaluations --size 384 --steps 200 --pairs 4 --parts loss,picture,preset
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from nst_core.config import Initial, Preset, TransferConfig
from nst_core.forecast.forecast import HISTORIES
from nst_core.images import fit, save_image
from nst_core.loss.objective import Objective
from nst_core.network.vgg import VGG, load_vgg19
from nst_core.optim.cuda_graphs import Evaluate
from nst_core.optim.descent import FIRST_STEP, Descent
from nst_core.scene.scales import scale_plan, step_cost
from nst_core.scene.scene import build_scene, gather
from nst_core.transfer import stylize
from tests.benchmarks.judge import Pair, judge, load_pairs
from tests.support.descents import descend

PATIENCE = 1.5  # times the plain loop's steps: then ours is given up
SHARES = (0.04, 0.06, 0.08, 0.1, 0.125, 0.16, 0.2, 0.25, 0.4, 0.6)  # of the plain loop's steps, at each scale


def plain_loop(evaluate: Evaluate, start: Tensor, steps: int, history: int = 100) -> Iterator[tuple[float, Tensor]]:
    """The loss at each image and the next image (1, 3, H, W)."""
    unit = FIRST_STEP * start.numel()
    scaled = (start / unit).contiguous().requires_grad_()
    optimizer = torch.optim.LBFGS([scaled], max_iter=1, history_size=history, tolerance_grad=0, tolerance_change=0)
    scale = 0.0

    def closure() -> float:
        nonlocal scale
        losses, gradient = evaluate(scaled.detach() * unit)
        total = losses.total.item()
        scale = scale or scaled.numel() / total  # the squares of the paper's gradients overflow float32
        scaled.grad = gradient * (scale * unit)
        return total

    for _ in range(steps):
        yield optimizer.step(closure), scaled.detach() * unit


def paper_problem(pair: Pair, size: int, network: VGG) -> tuple[Objective, Tensor]:
    """The losses of the preset `paper`, and the photo (1, 3, H, W)."""
    config = TransferConfig.preset(Preset.PAPER, initial=Initial.CONTENT, size=size)
    pictures = gather(pair.photo, pair.painting, (), None, config)
    scene = build_scene(pictures, fit(pair.photo.size, size), config, network.device)
    return Objective(network, scene, config), scene.photo


def evaluations_until(loss: float, objective: Objective, photo: Tensor, most: int, history: int) -> int | None:
    """How many evaluations ours takes from the photo to that loss, or None if it takes more than `most`."""
    descent = Descent(photo, TransferConfig(), history)
    totals = (descend(descent, objective.evaluate)[0].total.item() for _ in range(most))
    return next((number for number, total in enumerate(totals, 1) if total <= loss), None)


def cost(pair: Pair, config: TransferConfig) -> float:
    """Of a run, in evaluations of the plain loop at the config's size, which has no margin."""
    plan = scale_plan(pair.photo.size, [pair.painting.size], config)
    (width, height), _ = plan[-1]
    return sum(step_cost(size, config) * steps for size, steps in plan) / (width * height)


def same_loss(pair: Pair, network: VGG, options: argparse.Namespace) -> None:
    """A row of the first table."""
    objective, photo = paper_problem(pair, options.size, network)
    start, *_, end = [loss for loss, _ in plain_loop(objective.evaluate, photo, options.steps)]
    taken = evaluations_until(end, objective, photo, round(PATIENCE * options.steps), options.history)
    ratio = "more" if taken is None else f"{taken / options.steps:.2f}"
    print(f"{pair.name:38s}{start:11.3g}{end:11.3g}{options.steps:7d}{taken or 0:7d}{ratio:>8s}", flush=True)


def as_good_a_picture(pair: Pair, paper: VGG, network: VGG, options: argparse.Namespace) -> None:
    """Rows of the second table: the plain loop's picture, and ours until one is as good."""
    objective, photo = paper_problem(pair, options.size, paper)
    *_, (_, image) = plain_loop(objective.evaluate, photo, options.steps)
    wanted = judge(image.clamp(0, 1), pair, network)
    print(
        f"{pair.name:38s}{'plain':>7s}{options.steps:8.1f}{1:8.2f}{wanted.style:8.3f}{wanted.content:9.3f}", flush=True
    )
    config = TransferConfig(size=options.size)
    scales = len(scale_plan(pair.photo.size, [pair.painting.size], config))
    for share in SHARES:
        config = replace(config, steps=max(scales, round(share * options.steps * scales)))
        *_, last = stylize(pair.photo, pair.painting, config, extractor=network)
        got, spent = judge(last.image, pair, network), cost(pair, config)
        print(
            f"{'':38s}{config.steps:7d}{spent:8.1f}{spent / options.steps:8.2f}{got.style:8.3f}{got.content:9.3f}",
            flush=True,
        )
        if got.style <= wanted.style and got.content <= wanted.content:
            return


def preset(pair: Pair, network: VGG, options: argparse.Namespace) -> None:
    """A row of the third table."""
    changes = {name: value for name, value in (("size", options.preset_size), ("steps", options.preset_steps)) if value}
    config = TransferConfig.preset(options.preset, **changes)
    *_, last = stylize(pair.photo, pair.painting, config, extractor=network)
    *_, untouched = stylize(pair.photo, pair.painting, replace(config, steps=1, strength=0), extractor=network)
    got, own = judge(last.image, pair, network), judge(untouched.image, pair, network)
    spent, share = cost(pair, config), got.style / own.style
    print(f"{pair.name:38s}{config.steps:7d}{spent:8.1f}{got.style:8.3f}{share:8.3f}{got.content:9.3f}", flush=True)
    if options.pictures:
        save_image(last.image, options.pictures / f"{pair.name.replace(' ', '_')}.png")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=384, help="long side in pixels, of the first two tables")
    parser.add_argument("--steps", type=int, default=200, help="of the plain loop")
    parser.add_argument("--history", type=int, default=max(HISTORIES), help="pairs that our L-BFGS keeps")
    parser.add_argument("--pairs", type=int, default=4, help="how many of the examples")
    parser.add_argument("--parts", default="loss,picture,preset", help="which of the tables")
    parser.add_argument("--preset", default=Preset.FAST, help="of the third table")
    parser.add_argument("--preset-size", type=int, help="long side in pixels, in place of the preset's")
    parser.add_argument("--preset-steps", type=int, help="steps, in place of the preset's")
    parser.add_argument("--pictures", type=Path, help="folder for the third table's results, to look at")
    return parser.parse_args()


def main() -> None:
    options = parse()
    config, paper = TransferConfig(), TransferConfig.preset(Preset.PAPER)
    network, pairs = load_vgg19(config.weights, config.pooling), load_pairs(options.pairs)
    of_paper = load_vgg19(paper.weights, paper.pooling)
    if "loss" in options.parts:
        print(f"The same loss at {options.size} px")
        print(f"{'pair':38s}{'from':>11s}{'to':>11s}{'plain':>7s}{'ours':>7s}{'ratio':>8s}")
        for pair in pairs:
            same_loss(pair, of_paper, options)
    if "picture" in options.parts:
        print(f"As good a picture at {options.size} px")
        print(f"{'pair':38s}{'steps':>7s}{'cost':>8s}{'ratio':>8s}{'style':>8s}{'content':>9s}")
        for pair in pairs:
            as_good_a_picture(pair, of_paper, network, options)
    if "preset" in options.parts:
        print(f"The preset {options.preset}")
        print(f"{'pair':38s}{'steps':>7s}{'cost':>8s}{'style':>8s}{'share':>8s}{'content':>9s}")
        for pair in pairs:
            preset(pair, network, options)


if __name__ == "__main__":
    main()
