"""Our L-BFGS beside torch's, which goes over the pairs one by one, and beside H as a matrix."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from nst_core.optim.dct import DCT
from nst_core.optim.kept import copied, put_back
from nst_core.optim.lbfgs import BOLD, BOLDEST, FADING, KNOWN, LBFGS, NEUTRAL, SHORTEST

Gradient = Callable[[Tensor], Tensor]

FIRST = 0.01
SHAPE, SIZE = (1, 3, 4, 5), 60
FULL, ASTRAY = torch.tensor(1.0), torch.tensor(True)


class OneBand(DCT):
    """All frequencies are alike: H0 is then a multiple of the identity, as in the textbook."""

    def energies(self, coefficients: Tensor) -> Tensor:
        return super().energies(coefficients).sum().view(1, 1, 1)

    def spread(self, bands: Tensor) -> Tensor:
        return bands.expand(SHAPE)


def start() -> Tensor:
    return torch.randn(SHAPE, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def made(history: int, kind: type[DCT] = DCT, like: Tensor | None = None) -> LBFGS:
    like = start() if like is None else like
    return LBFGS(kind(like), like, history, FIRST)


def valley(point: Tensor) -> Tensor:
    """The gradient of a function that is no quadratic, and of which every pair is usable."""
    return _bowl(point) + 0.1 * point**3


def hills(point: Tensor) -> Tensor:
    """The gradient of one with many hollows: now and then the curvature along a step is negative."""
    return _bowl(point) + 0.3 * torch.sin(5 * point)


def _bowl(point: Tensor) -> Tensor:
    factors = torch.randn(SIZE, SIZE, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    hessian = factors @ factors.T / SIZE + 0.01 * torch.eye(SIZE)
    return (hessian @ point.flatten()).view_as(point) + 0.1


def ours(
    gradient: Gradient, steps: int, history: int, rate: float = 1.0, kind: type[DCT] = DCT
) -> tuple[list[Tensor], LBFGS]:
    point, points = start(), []
    method = made(history, kind)
    for _ in range(steps):
        method.learn(gradient(point))
        point = point + method.step(torch.tensor(rate))
        points.append(point)
    return points, method


def theirs(gradient: Gradient, steps: int, history: int, rate: float = 1.0) -> tuple[list[Tensor], int]:
    """The points, and how many pairs are kept at the end. In units in which its first step is as long as ours."""
    unit = FIRST * SIZE
    scaled, points = (start() / unit).requires_grad_(), []
    optimizer = torch.optim.LBFGS(
        [scaled], lr=rate, max_iter=1, history_size=history, tolerance_grad=0, tolerance_change=0
    )

    def evaluate() -> Tensor:
        # So large that 1e-10, below which it drops a pair, is nothing.
        scaled.grad = 1e20 * gradient(scaled.detach() * unit)
        return torch.zeros(())

    for _ in range(steps):
        optimizer.step(evaluate)
        points.append(scaled.detach() * unit)
    return points, len(optimizer.state[scaled]["old_dirs"])


@pytest.mark.usefixtures("as_bold_as_the_textbook")
@pytest.mark.parametrize("rate", [1.0, 0.5])
@pytest.mark.parametrize("history", [1, 4, 100])
def test_it_takes_the_steps_of_torch(history: int, rate: float) -> None:
    """Also when there are more steps than pairs are kept, and fewer."""
    points, _ = ours(valley, 30, history, rate, OneBand)
    expected, kept = theirs(valley, 30, history, rate)
    assert kept == min(history, 29)
    assert (points[-1] - points[-2]).norm() > 1e-9  # not at the bottom, where all would be alike
    torch.testing.assert_close(points, expected, rtol=1e-7, atol=1e-9)


@pytest.mark.usefixtures("as_bold_as_the_textbook")
@pytest.mark.parametrize("history", [4, 100])
def test_it_drops_the_pairs_that_torch_drops(history: int) -> None:
    points, method = ours(hills, 30, history, 0.5, OneBand)
    expected, kept = theirs(hills, 30, history, rate=0.5)
    lost = _drops(hills, expected)
    assert lost
    assert int(method.kept()["count"]) == kept == min(history, 29 - lost)
    torch.testing.assert_close(points, expected, rtol=1e-7, atol=1e-9)


def _drops(gradient: Gradient, points: list[Tensor]) -> int:
    points = [start(), *points]
    pairs = [(b - a, gradient(b) - gradient(a)) for a, b in zip(points[:-1], points[1:-1], strict=False)]
    return sum(float((s * y).sum()) <= 0 for s, y in pairs)


@pytest.mark.parametrize("history", [1, 4, 100])
def test_each_band_has_a_curvature_of_its_own(history: int) -> None:
    """Steps are those of the textbook's updates of H as a matrix (Nocedal and Wright, eq. 6.17).

    Each is compared by itself: on the way down, 30 of them would multiply what the roundings differ by.
    """
    here = start()
    points, _ = ours(valley, 30, history)
    pairs: list[tuple[Tensor, Tensor]] = []
    for point in points:
        gradient = valley(here)
        if pairs:
            step = -(_inverse_hessian(pairs, history) @ gradient.flatten()).view(SHAPE)
            torch.testing.assert_close(point, here + step, rtol=1e-6, atol=1e-7)
        pairs.append(((point - here).flatten(), (valley(point) - gradient).flatten()))
        here = point


def _inverse_hessian(pairs: list[tuple[Tensor, Tensor]], history: int) -> Tensor:
    dct = DCT(start())
    moved, changed = (
        sum(
            (
                FADING**age * dct.energies(dct.transform((pair[which] / pair[0].norm()).view(SHAPE)))
                for age, pair in enumerate(reversed(pairs))
            ),
            torch.zeros(()),
        )
        for which in (0, 1)
    )
    scale = (moved + NEUTRAL * moved.sum()) / (changed + NEUTRAL * changed.sum())
    units = torch.eye(SIZE, dtype=torch.float64).view(SIZE, *SHAPE)
    waves = torch.stack([dct.transform(unit).flatten() for unit in units])
    inverse = waves @ dct.spread(scale.sqrt()).flatten().diag() @ waves.T
    s, y = pairs[-1]
    boldness = BOLD + (BOLDEST - BOLD) * min(1, min(history, len(pairs)) / KNOWN)
    inverse = inverse * boldness * (s @ y) / (y @ inverse @ y)
    for s, y in pairs[-history:]:
        left = torch.eye(SIZE) - torch.outer(s, y) / (s @ y)
        inverse = left @ inverse @ left.T + torch.outer(s, s) / (s @ y)
    return inverse


def test_bands_of_unlike_curvature_take_fewer_steps() -> None:
    """A bowl a thousand times as steep for the finest waves as for the coarsest."""
    dct = DCT(start())
    bands = dct.energies(start())
    steepness = dct.spread(torch.logspace(0, 3, bands.numel(), dtype=torch.float64).view_as(bands))

    def bowl(point: Tensor) -> Tensor:
        return dct.image(steepness * dct.transform(point))

    def height(points: list[Tensor]) -> float:
        return float((points[-1] * bowl(points[-1])).sum())

    learnt, alike = (ours(bowl, 15, 3, kind=kind)[0] for kind in (DCT, OneBand))
    assert height(learnt) < height(alike) / 10


def test_in_float32_it_goes_the_same_way_at_first() -> None:
    expected, _ = ours(valley, 12, 20)
    point = start().float()
    method = made(20, like=point)
    for _ in range(12):
        method.learn(valley(point.double()).float())
        point = point + method.step(FULL)
    torch.testing.assert_close(point, expected[-1].float(), rtol=0, atol=1e-3)


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_the_unit_of_the_gradient_does_not_matter(unit: float) -> None:
    expected, _ = ours(valley, 20, 5)
    points, _ = ours(lambda point: unit * valley(point), 20, 5)
    torch.testing.assert_close(points, expected, rtol=1e-6, atol=1e-8)


def test_the_first_step_is_down_the_slope_by_a_known_length() -> None:
    method = made(5)
    method.learn(valley(start()))
    step = method.step(torch.tensor(0.5))
    assert step.shape == SHAPE
    assert step.abs().mean().item() == pytest.approx(FIRST / 2)
    assert torch.cosine_similarity(step.flatten(), -valley(start()).flatten(), dim=0).item() == pytest.approx(1)


def test_no_gradient_is_no_step() -> None:
    method = made(5)
    for _ in range(3):
        method.learn(torch.zeros(SHAPE, dtype=torch.float64))
        assert not method.step(FULL).any()


def test_a_band_in_which_nothing_moved_is_not_shut_for_ever() -> None:
    """A touch of red, of whose curvature nothing is known, is taken for about as steep as grey."""
    method, grey = made(3), torch.ones(SHAPE, dtype=torch.float64)
    red = torch.zeros_like(grey)
    red[:, 0], red[:, 2] = 1e-5, -1e-5
    for factor in (4.0, 3.0, 2.0):
        method.learn(factor * grey + red)
        step = method.step(FULL)
    of_red = (step * red).sum() / red.square().sum()
    assert 1 / 5 < of_red.item() / (step.mean().item() / 2) < 5


@pytest.mark.parametrize("poison", [float("nan"), float("inf"), 1e300])
def test_gone_astray_it_begins_again(poison: float) -> None:
    """With nothing left of what was not a number."""
    _, method = ours(valley, 10, 5)
    method.learn(torch.full(SHAPE, poison, dtype=torch.float64))
    method.step(FULL)
    method.forget(ASTRAY)
    point, fresh = start(), made(5)
    for _ in range(12):
        steps = []
        for each in (method, fresh):
            each.learn(valley(point))
            steps.append(each.step(FULL))
        torch.testing.assert_close(steps[0], steps[1], rtol=1e-6, atol=1e-9)
        point = point + steps[1]


@pytest.mark.parametrize("steps", [6, 10, 11, 60])
def test_redirected_it_keeps_what_bands_differ_by_and_about_the_length_of_its_steps(steps: int) -> None:
    """From a bowl a thousand times as steep for the finest waves; at its bottom the last step was none at all."""
    dct = DCT(start())
    bands = dct.energies(start())
    steepness = dct.spread(torch.logspace(0, 3, bands.numel(), dtype=torch.float64).view_as(bands))
    points, method = ours(lambda point: dct.image(steepness * dct.transform(point)), steps, 5)
    last = (points[-1] - points[-2]).norm().item() / SIZE**0.5
    method.redirect()
    gradient = valley(start())
    method.learn(gradient)
    step = method.step(FULL)
    assert method.kept()["count"] == 0
    length = min(max(last, SHORTEST * FIRST), FIRST) * SIZE * gradient.norm() / gradient.abs().sum()
    assert step.norm().item() == pytest.approx(length.item())
    strides = (dct.transform(step) / dct.transform(gradient)).abs()
    assert strides[steepness == steepness.max()].max() < strides[steepness == steepness.min()].min() / 3


def test_redirected_before_its_first_step_it_is_as_new() -> None:
    method = made(5)
    method.redirect()
    method.learn(valley(start()))
    assert method.step(FULL).abs().mean().item() == pytest.approx(FIRST)


@pytest.mark.parametrize("stop", [0, 3, 9])
def test_a_state_is_a_copy_that_one_goes_on_from(stop: int) -> None:
    expected, _ = ours(valley, 20, 5)
    point = expected[stop - 1] if stop else start()
    _, method = ours(valley, stop, 5)
    state = copied(method.kept())
    for _ in range(2):  # the first time leaves the state as it was
        restored, here = made(5), point
        put_back(state, restored.kept())
        for each in expected[stop:]:
            restored.learn(valley(here))
            here = here + restored.step(FULL)
            assert torch.equal(here, each)


def test_a_state_with_other_pairs_brings_them_along() -> None:
    _, method = ours(valley, 20, 7)
    restored = made(2)
    put_back(method.kept(), restored.kept())
    for each in (method, restored):
        each.learn(valley(start()))
    assert torch.equal(restored.step(FULL), method.step(FULL))


def test_it_never_waits_for_the_device() -> None:
    """On the device "meta" there are shapes but no numbers: to ask for one is an error."""
    image = torch.empty(SHAPE, device="meta")
    method = made(3, like=image)
    for _ in range(3):
        method.learn(torch.empty_like(image))
        assert method.step(torch.empty((), device="meta")).shape == SHAPE
        method.forget(torch.empty((), dtype=torch.bool, device="meta"))
