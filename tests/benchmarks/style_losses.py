"""Ways to a relative Wasserstein error and its gradient in the features, beside Newton-Schulz square roots, in turn.

The image and the target are rectified noise through a random mixture whose variances decay. `off` is how far the
gradient lies from that of float64 features, `equal` the error between equal distributions. With fewer positions than
channels a covariance is singular, as relu5_1's is below about 500 px.

    python -m tests.benchmarks.style_losses --rounds 7
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor

from nst_core.loss.statistics.wasserstein import gaussian, moments, relative_wasserstein_error

Loss = Callable[[Tensor], Tensor]
RIDGE = 1e-6  # of the largest variance, where a method can't do without


def features(channels: int, positions: int, seed: int) -> Tensor:
    """(1, C, positions, 1), float32, of VGG-19's size."""
    generator = torch.Generator().manual_seed(seed)
    spread = torch.arange(1, channels + 1) ** -0.5
    mixture = torch.randn(channels, channels, generator=torch.Generator().manual_seed(0)) * spread
    noise = torch.randn(channels, positions, generator=generator)
    return 1000 * (mixture @ noise).relu().view(1, channels, positions, 1)


def statistics_of(sample: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (C,) and covariance (C, C)."""
    flat = sample.flatten(2)[0]
    mean = flat.mean(-1)
    return mean, flat @ flat.mT / flat.shape[-1] - mean[:, None] * mean


def with_root(trace_of_root: Callable[[Tensor], Tensor], dtype: torch.dtype) -> Callable[[Tensor], Loss]:
    """The loss from tr M^1/2 of M = S*^1/2 S S*^1/2, C x C."""

    def prepare(target: Tensor) -> Loss:
        mean, covariance = (part.to(dtype) for part in statistics_of(target))
        values, vectors = torch.linalg.eigh(covariance)
        values = values.clamp_min(0)
        root, ridge = vectors * values.sqrt() @ vectors.mT, RIDGE * values[-1]
        energy = mean.square().sum() + values.sum()

        def loss(image: Tensor) -> Tensor:
            image_mean, image_covariance = (part.to(dtype) for part in statistics_of(image))
            damped = image_covariance + ridge * torch.eye(len(mean), dtype=dtype)
            traces = damped.trace() + values.sum()
            total: Tensor = (image_mean - mean).square().sum() + traces - 2 * trace_of_root(root @ damped @ root)
            relative: Tensor = total / energy
            return relative

        return loss

    return prepare


def newton_schulz(matrix: Tensor, iterations: int = 15) -> tuple[Tensor, Tensor]:
    """The coupled iteration: M^1/2 and M^-1/2."""
    norm, identity = matrix.norm(), torch.eye(len(matrix), dtype=matrix.dtype)
    root, inverse = matrix / norm, identity
    for _ in range(iterations):
        step = (3 * identity - inverse @ root) / 2
        root, inverse = root @ step, step @ inverse
    return root * norm.sqrt(), inverse / norm.sqrt()


def newton_schulz_closed(matrix: Tensor) -> Tensor:
    """The trace, with the gradient 1/2 M^-1/2 from the same iteration."""
    with torch.no_grad():
        root, inverse = newton_schulz(matrix)
    linear = (matrix * inverse).sum() / 2
    return root.trace() + linear - linear.detach()


def eigenvalues(matrix: Tensor) -> Tensor:
    values: Tensor = torch.linalg.eigvalsh(matrix)
    return values.clamp_min(torch.finfo(matrix.dtype).tiny).sqrt().sum()


def singular_values(target: Tensor, damping: float = RIDGE) -> Loss:
    """tr M^1/2 as the nuclear norm of L^T L*, from Cholesky factors: nothing is squared, but an SVD is dear."""
    mean, covariance = (part.double() for part in statistics_of(target))
    ridge = damping * torch.linalg.matrix_norm(covariance, 2) * torch.eye(len(mean))
    factor = torch.linalg.cholesky(covariance + ridge)
    energy = mean.square().sum() + covariance.trace()

    def loss(image: Tensor) -> Tensor:
        image_mean, image_covariance = (part.double() for part in statistics_of(image))
        fit = torch.linalg.svdvals(torch.linalg.cholesky(image_covariance + ridge).mT @ factor).sum()
        traces = image_covariance.trace() + covariance.trace() + 2 * ridge.trace()
        total: Tensor = (image_mean - mean).square().sum() + traces - 2 * fit
        return total / energy

    return loss


def engine(target: Tensor) -> Loss:
    wanted = gaussian(moments(target))
    return lambda image: relative_wasserstein_error(moments(image), wanted)


WAYS: dict[str, Callable[[Tensor], Loss]] = {
    "Newton-Schulz, autograd": with_root(lambda matrix: newton_schulz(matrix)[0].trace(), torch.float32),
    "Newton-Schulz, closed gradient": with_root(newton_schulz_closed, torch.float32),
    "eigenvalues, float32": with_root(eigenvalues, torch.float32),
    "eigenvalues, float64": with_root(eigenvalues, torch.float64),
    "Cholesky and singular values": singular_values,
    "engine": engine,
}


def evaluate(loss: Loss, image: Tensor) -> tuple[float, Tensor, float]:
    """The loss, its gradient in the image, and the seconds of both."""
    pixels = image.clone().requires_grad_()
    start = time.perf_counter()
    value = loss(pixels)
    (gradient,) = torch.autograd.grad(value, pixels)
    return value.item(), gradient, time.perf_counter() - start


def measure(channels: int, positions: int, rounds: int) -> None:
    """Print the rows of one shape."""
    image, target = features(channels, positions, 1), features(channels, positions, 2)
    _, exact, _ = evaluate(singular_values(target.double(), 1e-12), image.double())
    losses = {name: prepare(target) for name, prepare in WAYS.items()}
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(rounds + 1):  # the first warms up
        for name, loss in losses.items():
            seconds[name].append(evaluate(loss, image)[2])
    baseline, *_ = seconds.values()
    for name, loss in losses.items():
        ratio = statistics.median(one / plain for one, plain in zip(seconds[name][1:], baseline[1:], strict=True))
        equal, (_, gradient, _) = evaluate(loss, target)[0], evaluate(loss, image)
        off = ((gradient - exact).norm() / exact.norm()).item()
        milliseconds = 1000 * statistics.median(seconds[name][1:])
        print(f"{channels:4d}{positions:6d}  {name:32s}{ratio:9.2f}{milliseconds:9.1f}{off:10.1e}{equal:10.1e}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="times that each runs, in turn")
    parser.add_argument("--channels", default="64,128,256,512", help="of the layers")
    options = parser.parse_args()
    print(f"{torch.get_num_threads()} threads, torch {torch.__version__}, forward and backward")
    print(f"{'C':>4s}{'M':>6s}  {'':32s}{'/ plain':>9s}{'ms':>9s}{'off':>10s}{'equal':>10s}")
    for channels in map(int, options.channels.split(",")):
        for positions in (4 * channels, channels // 4):
            measure(channels, positions, options.rounds)


if __name__ == "__main__":
    main()
