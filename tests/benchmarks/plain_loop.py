"""Seconds a step of the engine beside a plain PyTorch loop of the same loss, in turn, and the peak memory of each.

The plain loop is what a tutorial would write: torchvision's modules with the same weights, content `relu4_2`, five Gram
matrices, torch's L-BFGS with one evaluation a step, one scale. The engine runs the same pair, size and scale, once with
zeros around the picture as the loop has them and once with its default, the mirrored border.

    python -m tests.benchmarks.plain_loop --size 256 --steps 20 --rounds 3
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nst_core.config import Border, Pooling, TransferConfig
from nst_core.images import fit, load_image, to_tensor
from nst_core.transfer import stylize
from nst_core.vgg import load_vgg19
from nst_core.weights import IMAGENET_MEAN, IMAGENET_STD

EXAMPLES = Path(__file__).parents[2] / "examples"
CONTENT, STYLE = EXAMPLES / "content/neuschwanstein.jpg", EXAMPLES / "style/starry_night.jpg"
CONTENT_LAYER, STYLE_LAYERS = 22, (1, 6, 11, 20, 29)  # torchvision's numbers of relu4_2 and relu1_1 ... relu5_1


def plain_loop(size: int, steps: int) -> Iterator[None]:
    """A self-contained loop: one yield a step."""
    from torchvision.models.vgg import cfgs, make_layers

    features = make_layers(cfgs["E"])[: STYLE_LAYERS[-1] + 1].eval().requires_grad_(False)
    named = load_vgg19("embedded", Pooling.MAX)
    ours = [layer for layer in named.layers.values() if isinstance(layer, nn.Conv2d)]
    theirs = [layer for layer in features if isinstance(layer, nn.Conv2d)]
    for their, our in zip(theirs, ours, strict=False):
        their.load_state_dict({key: value.contiguous() for key, value in our.state_dict().items()})
    for layer in features:
        if isinstance(layer, nn.ReLU):
            layer.inplace = False
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (IMAGENET_MEAN, IMAGENET_STD))

    def extract(image: Tensor) -> dict[int, Tensor]:
        found, x = {}, (image - mean) / std
        for index, layer in enumerate(features):
            x = layer(x)
            found[index] = x
        return found

    def gram(x: Tensor) -> Tensor:
        flat = x.flatten(2)
        return flat @ flat.mT / flat.shape[-1]

    photo, painting = load_image(CONTENT), load_image(STYLE)
    content = to_tensor(photo, fit(photo.size, size))
    with torch.no_grad():
        target = extract(content)[CONTENT_LAYER]
        of_painting = extract(to_tensor(painting, fit(painting.size, size)))
        grams = {layer: gram(of_painting[layer]) for layer in STYLE_LAYERS}
    image = content.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([image], max_iter=1, history_size=20, tolerance_grad=0, tolerance_change=0)

    def closure() -> Tensor:
        optimizer.zero_grad()
        found = extract(image)
        loss = F.mse_loss(found[CONTENT_LAYER], target) / target.square().mean()
        for layer, wanted in grams.items():
            loss = loss + F.mse_loss(gram(found[layer]), wanted) / wanted.square().mean()
        loss.backward()
        return loss

    for _ in range(steps):
        optimizer.step(closure)
        yield


def engine(border: Border) -> Callable[[int, int], Iterator[object]]:
    def run(size: int, steps: int) -> Iterator[object]:
        config = TransferConfig(size=size, steps=steps, scales=1, border=border)
        return stylize(load_image(CONTENT), load_image(STYLE), config)

    return run


CONTESTANTS = {
    "plain PyTorch loop": plain_loop,
    "engine, zero border": engine(Border.ZERO),
    "engine, mirrored border": engine(Border.MIRROR),
}


def measure(name: str, size: int, steps: int, results: Connection) -> None:
    """In a process of its own: median seconds a step after two to warm up, and the peak memory in MB."""
    times, before = [], 0.0
    for index, _ in enumerate(CONTESTANTS[name](size, steps + 2)):
        now = time.perf_counter()
        if index >= 2:
            times.append(now - before)
        before = time.perf_counter()
    results.send((statistics.median(times), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=256, help="long side in pixels")
    parser.add_argument("--steps", type=int, default=20, help="timed steps a round")
    parser.add_argument("--rounds", type=int, default=3, help="times that each runs, in turn")
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    rounds: list[dict[str, tuple[float, float]]] = []
    for _ in range(options.rounds):
        rounds.append({})
        for name in CONTESTANTS:
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(target=measure, args=(name, options.size, options.steps, sender))
            process.start()
            rounds[-1][name] = receiver.recv()
            process.join()
    print(f"{torch.get_num_threads()} threads, torch {torch.__version__}, long side {options.size} px")
    print(f"{'':26s}{'s a step':>10s}{'/ plain':>9s}{'peak MB':>9s}")
    for name in CONTESTANTS:
        seconds = statistics.median(one[name][0] for one in rounds)
        ratio = statistics.median(one[name][0] / one["plain PyTorch loop"][0] for one in rounds)
        print(f"{name:26s}{seconds:10.3f}{ratio:9.2f}{max(one[name][1] for one in rounds):9.0f}")


if __name__ == "__main__":
    main()
