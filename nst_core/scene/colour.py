"""Whose colours a picture has: the photo's, the painting's, or something between.

Images are (1, 3, H, W) RGB in [0, 1]. Everything is computed in sRGB as it is encoded: its steps are about even to the
eye, whereas in linear light a few highlights would decide about mean and covariance. `weights` (1, 1, H, W), none below
0, say how much each pixel counts; without them all count alike.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.config import ColourMethod

LUMA = (0.299, 0.587, 0.114)  # Y of YIQ, the space of Gatys et al. (2016), *Preserving Color*, section 4
STRETCH = 4.0  # at most so much are colours spread out: more shows the noise of JPEG and of 8 bits
FAINT = 1e-8  # a variance of colours that is none: rounding to 8 bits makes a hundred times as much
TURNS = 6  # sets of axes that histograms are matched along
BINS = 256
SMALL = 256  # pixels along the picture in which histograms are compared
RADIUS = 4  # pixels there that a change of colour is smoothed over,
EDGE = 0.05  # where neighbours differ by less than this


class Colours(NamedTuple):
    """Mean (3,) and covariance (3, 3) of the colours of a picture, float64 on the CPU."""

    mean: Tensor
    covariance: Tensor


class Cloud(NamedTuple):
    """Colours (3, K) and how much each counts (K,)."""

    colours: Tensor
    weights: Tensor


def luminance(image: Tensor) -> Tensor:
    """Y of YIQ: (1, 3, H, W) -> (1, 1, H, W) in [0, 1]."""
    # By plain numbers: a tensor of them would be copied to the device, which has to be waited for, at every step.
    red, green, blue = (weight * image[:, n : n + 1] for n, weight in enumerate(LUMA))
    return red + green + blue


def chroma(image: Tensor) -> Tensor:
    """The rest, `image` - Y, (1, 3, H, W): I and Q, as the RGB colour that they stand for, whose own Y is 0."""
    return image - luminance(image)


def into_gamut(image: Tensor) -> Tensor:
    """Bring colours into [0, 1] by clamping the luminance and fading the chroma as far as needed.

    Clamping the channels would change the hue: a bright orange sky turns yellow.
    """
    grey, colour = luminance(image), chroma(image)
    grey = grey.clamp(0, 1)
    buffer = torch.where(colour > 0, 1 - grey, grey) / colour.abs().clamp_min(torch.finfo(colour.dtype).tiny)
    return (grey + colour * buffer.amin(1, keepdim=True).clamp_max(1)).clamp(0, 1)


def match_linear(
    image: Tensor, target: Tensor, weights: Tensor | None = None, target_weights: Tensor | None = None
) -> Tensor:
    """x' = A x + b with which the colours of `image` get mean and covariance of those of `target`; may leave [0, 1].

    Gatys et al. (2016), *Preserving Color*, section 3, leave A open up to a rotation: here it is the symmetric one of
    Pitie and Kokaram (2007), which moves the colours least (see `_optimal_map`). Covariances may be singular: a grey
    picture takes from a colourful one what goes with its brightness.
    """
    return _apply_linear(image, _colours(_cloud(image, weights)), _colours(_cloud(target, target_weights)))


def match_histogram(
    image: Tensor, target: Tensor, weights: Tensor | None = None, target_weights: Tensor | None = None
) -> Tensor:
    """Give the colours of `image` the distribution of those of `target`; may leave [0, 1] a little.

    After `match_linear`, histograms along several sets of rotated axes in turn (Pitie, Kokaram and Dahyot, 2005), which
    converges to the distribution in three dimensions; histograms of R, G and B alone would invent colours.
    """
    return _apply_histogram(image, _small_cloud(target, target_weights), weights)


def prepare_photo(photo: Tensor, dial: float, method: ColourMethod) -> Tensor:
    """The photo as the transfer shall see it; `dial` from 0, its own colours, to 100, the painting's: unchanged."""
    if dial >= 100 or method is not ColourMethod.LUMINANCE:
        return photo
    return luminance(photo) + _faded(photo, dial)


def prepare_painting(
    painting: Tensor,
    photo: Tensor,
    dial: float,
    method: ColourMethod,
    weights: Tensor | None = None,
    photo_weights: Tensor | None = None,
) -> Tensor:
    """The painting as the transfer shall see it, of any size, with more of the photo's colours the lower the `dial`.

    Gatys et al. (2016), *Preserving Color*: section 3 for linear, 4 for luminance, whose mean and deviation the
    painting gets from the photo before the transfer. Nothing changes for histogram, whose work comes afterwards.
    """
    if dial >= 100 or method is ColourMethod.HISTOGRAM:
        return painting
    if method is ColourMethod.LUMINANCE:
        grey = luminance(painting)
        matched = match_linear(grey.expand_as(painting), luminance(photo).expand_as(photo), weights, photo_weights)
        return into_gamut(torch.lerp(matched, grey, dial / 100) + _faded(painting, dial))
    matched = into_gamut(match_linear(painting, photo, weights, photo_weights))
    return torch.lerp(matched, painting, dial / 100)


def finish(result: Tensor, photo: Tensor, dial: float, method: ColourMethod, weights: Tensor | None = None) -> Tensor:
    """Give the picture that comes out of the transfer its colours, in [0, 1]; `photo` and `weights` are of its size."""
    if dial >= 100 or method is ColourMethod.LINEAR:
        return result
    if method is ColourMethod.LUMINANCE:
        return into_gamut(luminance(result) + _faded(result, dial) + (1 - dial / 100) * chroma(photo))
    return torch.lerp(into_gamut(match_histogram(result, photo, weights, weights)), result, dial / 100)


def unfinish(picture: Tensor, photo: Tensor, dial: float, method: ColourMethod) -> Tensor:
    """An image that `finish` gives its colours to so that it looks like `picture`; both and `photo` are (1, 3, H, W).

    It may leave [0, 1] a little. Histograms can't be undone, but hardly change what they have changed already.
    """
    if dial >= 100 or method is not ColourMethod.LUMINANCE:
        return picture
    grey = luminance(picture).expand_as(picture)
    if dial == 0:
        return grey
    return grey + (chroma(picture) - (1 - dial / 100) * chroma(photo)) / math.sqrt(dial / 100)


def recolour(
    photo: Tensor,
    paintings: Sequence[Tensor],
    blend: Sequence[float],
    method: ColourMethod,
    weights: Tensor | None = None,
    painting_weights: Sequence[Tensor | None] = (),
) -> Tensor:
    """The photo with the paintings' colours and no strokes, in [0, 1].

    `blend` says how much each painting counts, whatever its size. Linear matches mean and covariance, luminance keeps
    the photo's Y and takes the chroma that linear gives it, histogram matches the distribution.
    """
    masks = painting_weights or [None] * len(paintings)
    look = _small_cloud if method is ColourMethod.HISTOGRAM else _cloud
    palette = _mixture([look(*pair) for pair in zip(paintings, masks, strict=True)], blend)
    if method is ColourMethod.HISTOGRAM:
        return into_gamut(_apply_histogram(photo, palette, weights))
    recoloured = _apply_linear(photo, _colours(_cloud(photo, weights)), _colours(palette))
    if method is ColourMethod.LUMINANCE:
        recoloured = luminance(photo) + chroma(recoloured)
    return into_gamut(recoloured)


def _faded(image: Tensor, dial: float) -> Tensor:
    """The chroma that goes into the transfer, and again what comes out of it: `dial` percent of it after both."""
    return math.sqrt(dial / 100) * chroma(image)


def _cloud(image: Tensor, weights: Tensor | None) -> Cloud:
    colours = image.flatten(2)[0]
    return Cloud(colours, torch.ones_like(colours[0]) if weights is None else weights.flatten())


def _small_cloud(image: Tensor, weights: Tensor | None) -> Cloud:
    return _cloud(_shrunk(image), None if weights is None else _shrunk(weights))


def _mixture(clouds: Sequence[Cloud], blend: Sequence[float]) -> Cloud:
    """All colours, so that each cloud counts as `blend` says, however many it has."""
    shares = [share * _shares(cloud.weights) for share, cloud in zip(blend, clouds, strict=True)]
    return Cloud(torch.cat([cloud.colours for cloud in clouds], dim=1), torch.cat(shares))


def _shares(weights: Tensor) -> Tensor:
    """So that they add up to 1, or to 0 where there are none."""
    return weights / weights.sum().clamp_min(torch.finfo(weights.dtype).tiny)


def _colours(cloud: Cloud) -> Colours:
    colours, weights = (part.cpu().double() for part in cloud)  # in float32 a grey picture would have some chroma
    shares = _shares(weights)
    mean = colours @ shares
    centred = colours - mean[:, None]
    return Colours(mean, (centred * shares) @ centred.mT)


def _apply_linear(image: Tensor, source: Colours, target: Colours) -> Tensor:
    matrix = _optimal_map(source.covariance, target.covariance)
    shift = target.mean - matrix @ source.mean
    return torch.einsum("ij,bjhw->bihw", matrix.to(image), image) + shift.to(image)[:, None, None]


def _optimal_map(source: Tensor, target: Tensor) -> Tensor:
    """A = S^-1/2 (S^1/2 T S^1/2)^1/2 S^-1/2, Monge's map between normal distributions: A S A = T.

    Of the maps that do so it has the smallest E|A x - x|^2, and it never turns or mirrors a colour, whereas Cholesky's
    depends on the order of the channels. Where the source hardly varies it counts as if it did a `STRETCH`-th as much
    as the target.
    """
    variances, axes = torch.linalg.eigh(source)
    wanted = (axes.mT @ target @ axes).diagonal()
    variances = torch.maximum(variances, wanted / STRETCH**2).clamp_min(FAINT)
    root, inverse = (axes * variances**power @ axes.mT for power in (0.5, -0.5))
    squared, turned = torch.linalg.eigh(root @ target @ root)
    matrix: Tensor = inverse @ (turned * squared.clamp_min(0).sqrt() @ turned.mT) @ inverse
    return matrix


def _apply_histogram(image: Tensor, target: Cloud, weights: Tensor | None) -> Tensor:
    matched = _apply_linear(image, _colours(_cloud(image, weights)), _colours(target))
    small = _shrunk(matched)
    moved = _moved(_small_cloud(matched, weights), target).view_as(small)
    return matched + _follow(matched, small, moved - small)


def _moved(cloud: Cloud, target: Cloud) -> Tensor:
    """The colours (3, K) of `cloud` after their histograms became those of `target` along one axis after another."""
    colours = cloud.colours
    for axes in _axes().to(colours):
        pairs = zip(axes @ colours, axes @ target.colours, strict=True)
        colours = axes.mT @ torch.stack([_match(*pair, cloud.weights, target.weights) for pair in pairs])
    return colours


def _follow(image: Tensor, small: Tensor, change: Tensor) -> Tensor:
    """Enlarge a `change` of `small` to that of `image`, smooth but for the edges of each channel.

    A guided filter on the smaller picture (He and Sun, 2015): a plain sky then changes evenly, not each block of JPEG's
    by itself.
    """
    mean, mean_change = _blurred(small), _blurred(change)
    variance = _blurred(small.square()) - mean.square()
    slope = (_blurred(small * change) - mean * mean_change) / (variance + EDGE**2)
    offset = mean_change - slope * mean
    coefficients = _blurred(torch.cat([slope, offset]))
    enlarged = F.interpolate(coefficients, image.shape[-2:], mode="bilinear")
    return enlarged[:1] * image + enlarged[1:]


def _blurred(images: Tensor) -> Tensor:
    """Mean over a square of `RADIUS` pixels each way, within the picture."""
    for kernel in ((2 * RADIUS + 1, 1), (1, 2 * RADIUS + 1)):
        padding = (kernel[0] // 2, kernel[1] // 2)
        images = F.avg_pool2d(images, kernel, stride=1, padding=padding, count_include_pad=False)
    return images


def _shrunk(image: Tensor) -> Tensor:
    """(1, C, H, W) with a long side of at most `SMALL`."""
    height, width = image.shape[-2:]
    scale = min(1, SMALL / max(height, width))
    return F.interpolate(image, (max(1, round(height * scale)), max(1, round(width * scale))), mode="area")


def _axes() -> Tensor:
    """`TURNS` sets of three orthogonal axes (TURNS, 3, 3), spread over all directions."""
    axes, _ = torch.linalg.qr(torch.randn(TURNS, 3, 3, generator=torch.Generator().manual_seed(0)))
    return torch.as_tensor(axes)


def _match(values: Tensor, target: Tensor, weights: Tensor, target_weights: Tensor) -> Tensor:
    """Move `values` (K,) so that their histogram becomes that of `target` (L,).

    Values of one bin go to the middle of their shares: a flat area stays flat, whatever share of the target it gets.
    """
    low = torch.minimum(values.min(), target.min())
    width = (torch.maximum(values.max(), target.max()) - low).clamp_min(1e-6) / BINS
    position = (values - low) / width
    amount, places = _histogram(position, weights)
    filled = amount > 0
    if not bool(filled.any()):
        return values
    shares = ((amount.cumsum(0) - amount / 2) / amount.sum())[filled]
    aims = _quantiles(_histogram((target - low) / width, target_weights)[0], shares)
    return low + width * _interpolate(position, places[filled], aims)


def _histogram(position: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """A histogram of positions in [0, BINS]: the weights in each bin, and where in it their centre is, both (BINS,)."""
    bins = position.long().clamp(0, BINS - 1)
    amount = torch.bincount(bins, weights, minlength=BINS)
    centre = torch.bincount(bins, weights * position, minlength=BINS)
    return amount, centre / amount.clamp_min(torch.finfo(amount.dtype).tiny)


def _quantiles(amount: Tensor, shares: Tensor) -> Tensor:
    """The positions below which `shares` of a histogram lie."""
    total = amount.cumsum(0)
    below = torch.cat([total.new_zeros(1), total / total[-1].clamp_min(torch.finfo(total.dtype).tiny)])
    # Where a share of 1 is reached the target ends, not where the bins do.
    bin = torch.searchsorted(below, shares.clamp_max(1 - 1e-6), right=True).clamp(1, BINS)
    before, after = below[bin - 1], below[bin]
    return bin - 1 + ((shares - before) / (after - before).clamp_min(1e-12)).clamp(0, 1)


def _interpolate(position: Tensor, places: Tensor, aims: Tensor) -> Tensor:
    """What lies at `position` on the line through (`places`, `aims`), which goes on level at both ends."""
    if len(places) == 1:
        return aims.expand_as(position)
    right = torch.searchsorted(places, position).clamp(1, len(places) - 1)
    left = right - 1
    part = ((position - places[left]) / (places[right] - places[left]).clamp_min(1e-12)).clamp(0, 1)
    return torch.lerp(aims[left], aims[right], part)
