from __future__ import annotations

import colorsys
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from torch import Tensor

from nst_core.config import ColourMethod
from nst_core.images import to_tensor
from nst_core.scene.colour import (
    chroma,
    finish,
    into_gamut,
    luminance,
    match_histogram,
    match_linear,
    prepare_painting,
    prepare_photo,
    recolour,
)
from tests.support.pictures import smooth_picture
from tests.support.tape import Unattended

LINEAR, LUMINANCE, HISTOGRAM = ColourMethod.LINEAR, ColourMethod.LUMINANCE, ColourMethod.HISTOGRAM
METHODS = list(ColourMethod)
MATCHES: list[Callable[..., Tensor]] = [match_linear, match_histogram]


def picture(seed: int, width: int = 48, height: int = 40) -> Tensor:
    """(1, 3, H, W) with colours from 0.2 to 0.8: none is clipped when they move a little."""
    return 0.2 + 0.6 * to_tensor(smooth_picture(width, height, seed), (width, height))


def skewed(seed: int) -> Tensor:
    """With channels that go together, each with a spread and a mean of its own, far from normal."""
    mixture = torch.tensor([[0.5, 0.2, 0.0], [0.1, 0.3, 0.1], [-0.2, 0.1, 0.3]])
    return (torch.einsum("ij,bjhw->bihw", mixture, picture(seed) ** 2) + 0.25).clamp(0, 1)


def grey(image: Tensor) -> Tensor:
    return luminance(image).expand_as(image)


def columns(image: Tensor) -> np.ndarray:
    """Colours (3, H*W), float64."""
    return image[0].flatten(1).double().numpy()


def colour_distance(image: Tensor, target: Tensor) -> float:
    """Mean 1-Wasserstein distance of the colours along 50 directions, of pictures of one size."""
    axes = np.random.default_rng(0).normal(size=(50, 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    lines = [np.sort(axes @ columns(each), axis=1) for each in (image, target)]
    return float(np.abs(lines[0] - lines[1]).mean())


def test_luminance_is_that_of_yiq() -> None:
    image = picture(1)
    for r, g, b, y in zip(*columns(image), columns(luminance(image))[0], strict=True):
        assert y == pytest.approx(colorsys.rgb_to_yiq(r, g, b)[0], abs=0.005)  # the standard library rounds to 0.30 ...


def test_luminance_and_chroma_recombine() -> None:
    image, other = picture(1), picture(2)
    torch.testing.assert_close(luminance(image) + chroma(image), image)
    mixed = luminance(image) + chroma(other)
    torch.testing.assert_close(luminance(mixed), luminance(image))
    torch.testing.assert_close(chroma(mixed), chroma(other))


def test_into_gamut_keeps_luminance_and_hue() -> None:
    wild = picture(1) + 1.5 * chroma(picture(2))
    tame = into_gamut(wild)
    assert wild.min() < 0
    assert wild.max() > 1
    assert tame.min() >= 0
    assert tame.max() <= 1
    torch.testing.assert_close(luminance(tame), luminance(wild), rtol=0, atol=1e-5)
    along = (chroma(tame) * chroma(wild)).sum(1)
    torch.testing.assert_close(along, chroma(tame).norm(dim=1) * chroma(wild).norm(dim=1), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(into_gamut(picture(3)), picture(3))
    bright = torch.tensor([2.0, 1.5, -0.5]).view(1, 3, 1, 1)
    torch.testing.assert_close(into_gamut(bright), torch.ones(1, 3, 1, 1))
    torch.testing.assert_close(into_gamut(1 - bright), torch.zeros(1, 3, 1, 1))


def test_match_linear_matches_mean_and_covariance() -> None:
    image, target = picture(1), skewed(2)
    found, wanted = columns(match_linear(image, target)), columns(target)
    np.testing.assert_allclose(found.mean(1), wanted.mean(1), atol=1e-5)
    np.testing.assert_allclose(np.cov(found), np.cov(wanted), atol=1e-5)


def test_match_linear_is_the_symmetric_map() -> None:
    """Against Pitie and Kokaram (2007), eq. for A, with SciPy's square roots."""
    image, target = picture(1), skewed(2)
    source, wanted = np.cov(columns(image)), np.cov(columns(target))
    root = sqrtm(source)
    inverse = np.linalg.inv(root)
    matrix = inverse @ sqrtm(root @ wanted @ root) @ inverse
    centred = columns(image) - columns(image).mean(1, keepdims=True)
    expected = matrix @ centred + columns(target).mean(1, keepdims=True)
    np.testing.assert_allclose(columns(match_linear(image, target)), expected, atol=1e-5)


@pytest.mark.parametrize("match", MATCHES)
def test_what_matches_stays(match: Callable[..., Tensor]) -> None:
    image = skewed(1)
    torch.testing.assert_close(match(image, image), image, rtol=0, atol=0.003)
    torch.testing.assert_close(match(image, image.flip(-1)), image, rtol=0, atol=0.003)


@pytest.mark.parametrize("match", MATCHES)
def test_weights_choose_the_pixels_that_count(match: Callable[..., Tensor]) -> None:
    image, target = picture(1), skewed(2)
    mask = torch.zeros(1, 1, *image.shape[-2:])
    mask[..., 10:30, 8:40] = 1
    spoilt, spoilt_target = image.clone(), target.clone()
    spoilt[..., :10, :] = 1
    spoilt_target[..., 30:, :] = 0
    found = match(spoilt, spoilt_target, mask, mask)[..., 16:24, 14:34]  # the smoothing of histograms reaches 8 pixels
    torch.testing.assert_close(found, match(image, target, mask, mask)[..., 16:24, 14:34], rtol=0, atol=0.02)
    assert (found - match(image, target)[..., 16:24, 14:34]).abs().max() > 0.04
    assert match(image, target, 0 * mask, 0 * mask).isfinite().all()


@pytest.mark.parametrize("match", MATCHES)
def test_grey_pictures(match: Callable[..., Tensor]) -> None:
    image, target = picture(1), skewed(2)
    assert chroma(match(image, grey(target))).abs().max() < 1e-3
    toned = match(grey(image), target)
    assert chroma(toned).abs().mean() > 0.01  # what goes with brightness
    np.testing.assert_allclose(columns(toned).mean(1), columns(target).mean(1), atol=0.02)
    assert chroma(match(grey(image), grey(target))).abs().max() < 1e-3
    flat = torch.full_like(image, 0.4)
    torch.testing.assert_close(match(image, flat), flat, rtol=0, atol=1e-3)
    assert (match(flat, target) - match(flat, target).mean((2, 3), keepdim=True)).abs().max() < 1e-3


@pytest.mark.parametrize(("match", "limit"), [(match_linear, 5), (match_histogram, 15)])
def test_noise_is_not_blown_up(match: Callable[..., Tensor], limit: float) -> None:
    """Rounding to 8 bits and JPEG leave such chroma in a grey picture; matched in full it would be a carnival."""
    noise = 0.004 * torch.randn(1, 3, 40, 48, generator=torch.Generator().manual_seed(1))
    plain, noisy = match(grey(picture(1)), picture(2)), match(grey(picture(1)) + noise, picture(2))
    assert (noisy - plain).std() < limit * noise.std()


def contrasting(seed: int) -> Tensor:
    """Much of it black or white in a channel: mean and covariance say little of such colours."""
    return (3 * to_tensor(smooth_picture(48, 40, seed), (48, 40)) - 1).clamp(0, 1)


def test_histograms_come_closer_than_mean_and_covariance() -> None:
    image, target = picture(1), contrasting(2)
    before, linear, histogram = (
        colour_distance(each, target) for each in (image, match_linear(image, target), match_histogram(image, target))
    )
    assert linear < before / 2
    assert histogram < 0.75 * linear


def test_histograms_follow_edges_and_smooth_the_rest() -> None:
    """Two plains, where exact histograms would stretch the noise of 0.005 to 0.4."""
    plains = torch.full((1, 3, 40, 48), 0.3)
    plains[..., 24:] = 0.7
    noise = 0.005 * torch.randn(plains.shape, generator=torch.Generator().manual_seed(1))
    moved = match_histogram(plains + noise, contrasting(2))
    profile = moved.mean((0, 1, 2))
    assert profile[24] - profile[23] > profile[24:].mean() - profile[:24].mean() > 0.2
    assert moved[..., :16].std(dim=(2, 3)).max() < 0.08


@pytest.mark.parametrize("match", MATCHES)
def test_matching_repeats_itself_and_leaves_its_input(match: Callable[..., Tensor]) -> None:
    image, target = picture(1), skewed(2)
    copies = image.clone(), target.clone()
    state = torch.get_rng_state()
    torch.testing.assert_close(match(image, target), match(image, target), rtol=0, atol=0)
    torch.testing.assert_close((image, target), copies, rtol=0, atol=0)
    assert torch.equal(torch.get_rng_state(), state)


def test_large_pictures_are_compared_small() -> None:
    """The same look at every size."""
    small, large = picture(1, 240, 200), picture(1, 720, 600)
    target = skewed(2)
    shrunk = torch.nn.functional.interpolate(match_histogram(large, target), (200, 240), mode="area")
    torch.testing.assert_close(shrunk, match_histogram(small, target), rtol=0, atol=0.03)


@pytest.mark.parametrize("method", METHODS)
def test_the_paintings_colours_change_nothing(method: ColourMethod) -> None:
    photo, painting = picture(1), skewed(2)
    assert prepare_photo(photo, 100, method) is photo
    assert prepare_painting(painting, photo, 100, method) is painting
    assert finish(painting, photo, 100, method) is painting


@pytest.mark.parametrize("method", [LINEAR, HISTOGRAM])
def test_the_dial_is_even(method: ColourMethod) -> None:
    """A quarter of the way is a quarter from end to end."""
    photo, painting = picture(1) * 0.3 + 0.35, picture(2) * 0.3 + 0.35
    for change in (partial(prepare_painting, painting, photo), partial(finish, painting, photo)):
        ends = change(0, method), change(100, method)
        torch.testing.assert_close(change(25, method), torch.lerp(*ends, 0.25), rtol=0, atol=2e-3)


def test_the_dial_mixes_chroma_evenly() -> None:
    """A transfer that changed nothing gives the photo back; one that painted all, a share of each one's chroma."""
    photo, painting = picture(1) * 0.3 + 0.35, picture(2) * 0.3 + 0.35
    for dial in (0, 25, 70, 100):
        torch.testing.assert_close(finish(prepare_photo(photo, dial, LUMINANCE), photo, dial, LUMINANCE), photo)
        result = finish(prepare_painting(painting, photo, dial, LUMINANCE), photo, dial, LUMINANCE)
        torch.testing.assert_close(chroma(result), torch.lerp(chroma(photo), chroma(painting), dial / 100))
    y = [luminance(prepare_painting(painting, photo, dial, LUMINANCE)) for dial in (0, 25, 100)]
    torch.testing.assert_close(y[1], torch.lerp(y[0], y[2], 0.25))


def test_linear_recolours_the_painting_alone() -> None:
    photo, painting = picture(1), skewed(2)
    assert prepare_photo(photo, 0, LINEAR) is photo
    assert finish(painting, photo, 0, LINEAR) is painting
    found, wanted = columns(prepare_painting(painting, photo * 0.5 + 0.25, 0, LINEAR)), columns(photo * 0.5 + 0.25)
    np.testing.assert_allclose(found.mean(1), wanted.mean(1), atol=0.01)
    np.testing.assert_allclose(np.cov(found), np.cov(wanted), atol=0.003)


def test_luminance_is_transferred_alone() -> None:
    """Gatys et al. (2016), section 4: both seen in grey, the painting's Y with the photo's mean and deviation."""
    photo, painting = picture(1) * 0.5 + 0.25, skewed(2)
    torch.testing.assert_close(prepare_photo(photo, 0, LUMINANCE), grey(photo))
    prepared = prepare_painting(painting, photo, 0, LUMINANCE)
    assert chroma(prepared).abs().max() < 1e-5
    y, wanted, own = (luminance(each) for each in (prepared, photo, painting))
    torch.testing.assert_close(y, (own - own.mean()) * wanted.std() / own.std() + wanted.mean(), rtol=0, atol=2e-3)
    result = picture(3) * 0.5 + 0.25
    torch.testing.assert_close(finish(result, photo, 0, LUMINANCE), luminance(result) + chroma(photo))


def test_histograms_are_matched_afterwards() -> None:
    photo, painting = skewed(1), picture(2)
    assert prepare_photo(photo, 0, HISTOGRAM) is photo
    assert prepare_painting(painting, photo, 0, HISTOGRAM) is painting
    result = finish(painting, photo, 0, HISTOGRAM)
    torch.testing.assert_close(result, into_gamut(match_histogram(painting, photo)))


@pytest.mark.parametrize("method", METHODS)
def test_everything_stays_in_range(method: ColourMethod) -> None:
    photo, painting = (3 * picture(1) - 1).clamp(0, 1), (3 * picture(2) - 1).clamp(0, 1)
    for dial in (0, 30, 90):
        for found in (
            prepare_photo(photo, dial, method),
            prepare_painting(painting, photo, dial, method),
            finish(painting, photo, dial, method),
            recolour(photo, [painting], [1], method),
        ):
            assert found.min() >= 0
            assert found.max() <= 1
            assert found.dtype == torch.float32


@pytest.mark.parametrize("method", METHODS)
def test_recolour_blends_paintings_whatever_their_size(method: ColourMethod) -> None:
    photo, first, second = picture(1), skewed(2), picture(3)
    large = torch.nn.functional.interpolate(second, scale_factor=3)
    mixed = recolour(photo, [first, large], [1, 3], method)
    torch.testing.assert_close(
        mixed, recolour(photo, [first, second, second, second], [1] * 4, method), rtol=0, atol=0.01
    )
    alone = recolour(photo, [first, second], [2, 0], method)
    torch.testing.assert_close(alone, recolour(photo, [first], [1], method), rtol=0, atol=0.01)
    assert (mixed - alone).abs().mean() > 0.01


def test_recolour_by_each_method() -> None:
    photo, painting = picture(1) * 0.4 + 0.3, skewed(2) * 0.5 + 0.25
    linear, luminant, histogram = (recolour(photo, [painting], [1], method) for method in METHODS)
    torch.testing.assert_close(linear, match_linear(photo, painting))
    torch.testing.assert_close(luminance(luminant), luminance(photo))
    torch.testing.assert_close(chroma(luminant), chroma(linear))
    torch.testing.assert_close(histogram, into_gamut(match_histogram(photo, painting)), rtol=0, atol=0.001)


def test_recolour_counts_the_pixels_that_are_there() -> None:
    photo, painting = picture(1), skewed(2)
    mask = torch.zeros(1, 1, 40, 48)
    mask[..., 24:] = 1
    expected = match_linear(photo, painting[..., 24:], mask)
    found = recolour(photo, [painting], [1], LINEAR, mask, [mask])
    torch.testing.assert_close(found, into_gamut(expected), rtol=0, atol=1e-4)


def test_a_histogram_ends_where_the_target_does() -> None:
    """Pixels that don't count may be brighter: nothing is stretched to them."""
    image, target, weights = torch.full((3, 1, 3, 16, 16), 0.5)
    image[..., 0], target[..., 8:] = 0.6, 1
    weights = weights[:, :1].clone()
    weights[..., 8:] = 0
    torch.testing.assert_close(
        match_histogram(image, target, None, weights), target[..., :1].expand_as(image), rtol=0, atol=0.02
    )


def test_a_flat_picture_gets_the_middle_of_a_histogram_and_stays_flat() -> None:
    """It stands for the whole target, whose ends it must not be thrown to; a flat area stays flat beside others."""
    colours = torch.tensor([0.9, 0.6, 0.3]).view(3, 1, 1)
    target = torch.rand(1, 3, 40, 40, generator=torch.Generator().manual_seed(1)) * colours
    flat = torch.tensor([0.47, 0.235, 0.118]).view(1, 3, 1, 1).expand(1, 3, 32, 32).contiguous()
    matched = match_histogram(flat, target)
    assert matched.std((2, 3)).max() < 1e-3
    torch.testing.assert_close(matched.mean((2, 3)), target.mean((2, 3)), rtol=0, atol=0.06)
    flat[..., 12:20, 12:20] = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(2))
    assert match_histogram(flat, target)[..., :8, :].std((2, 3)).max() < 0.02


def test_luminance_never_waits_for_the_device() -> None:
    """As it is finished by, at every step."""
    with Unattended():
        photo = torch.empty(1, 3, 4, 5, device="meta")
        finish(photo, photo, 30, ColourMethod.LUMINANCE)
