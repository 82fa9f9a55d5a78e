"""What holds for every style statistic, and that each is one file and one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

from nst_core.config import StyleLoss
from nst_core.loss.statistics import statistic_of
from tests.support.features import HEIGHT, WIDTH, M, activations, around, position_weights, spread
from tests.support.paths import ROOT

Measure = Callable[..., Tensor]


def averages() -> Iterator[Measure]:
    """How features of every statistic that there is are averaged, at first and near a value."""
    for loss in StyleLoss:
        statistic = statistic_of(loss)
        yield statistic.measurement.average
        if statistic.near is not None:
            first = statistic.measurement
            yield statistic.near(first.value(first.average(activations(2), None, None))).average


AVERAGES = list(averages())
STATISTICS = [*AVERAGES, around, spread]


@pytest.mark.parametrize("measure", STATISTICS)
def test_gradients_of_measures(measure: Measure) -> None:
    assert gradcheck(measure, activations(4).requires_grad_())


@pytest.mark.parametrize("measure", [*AVERAGES, around])
@pytest.mark.parametrize("weighted", [False, True])
def test_averages_of_parts_add_up(measure: Measure, weighted: bool) -> None:
    features, weights = activations(1), position_weights()
    given = weights if weighted else None
    total = weights.sum() if weighted else torch.tensor(M, dtype=torch.float64)
    parts = [
        measure(features[..., rows, columns], None if given is None else given[..., rows, columns], total)
        for rows in (slice(0, 2), slice(2, None))
        for columns in (slice(0, 1), slice(1, None))
    ]
    torch.testing.assert_close(sum(parts), measure(features, given), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("measure", STATISTICS)
def test_weights_choose_positions(measure: Measure) -> None:
    features = activations(1)
    half = torch.zeros(1, 1, HEIGHT, WIDTH, dtype=torch.float64)
    half[..., :2, :] = 1
    torch.testing.assert_close(measure(features, half), measure(features[..., :2, :]))
    torch.testing.assert_close(measure(features, 0.3 + 0 * half), measure(features))
    torch.testing.assert_close(measure(features, 1e-300 * half), measure(features, half))
    assert measure(features, 0 * half).isfinite().all()


@pytest.mark.parametrize("measure", STATISTICS)
def test_weights_count_twice_what_is_there_twice(measure: Measure) -> None:
    features = activations(1)
    twice = torch.cat([features, features[..., :1]], dim=-1)
    weights = torch.ones(1, 1, HEIGHT, WIDTH, dtype=torch.float64)
    weights[..., 0] = 2
    torch.testing.assert_close(measure(features, weights), measure(twice))


def test_each_file_has_a_line_among_the_style_losses_and_each_line_a_file() -> None:
    files = {path.stem for path in (ROOT / "nst_core/loss/statistics").glob("*.py")} - {"__init__"}
    assert files == set(StyleLoss)


@pytest.mark.parametrize("loss", StyleLoss)
def test_a_statistic_has_an_error_under_each_normalisation_that_it_has_a_weight_for(loss: StyleLoss) -> None:
    assert set(statistic_of(loss).errors) == set(loss.halfway)


@pytest.mark.parametrize("loss", StyleLoss)
def test_a_second_look_finds_what_the_first_did(loss: StyleLoss) -> None:
    statistic, features = statistic_of(loss), activations(1)
    first = statistic.measurement.value(statistic.measurement.average(features, None, None))
    near = statistic.measurement_near(first)
    torch.testing.assert_close(near.value(near.average(features, None, None)), first)
