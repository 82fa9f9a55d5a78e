"""What a run is given, checked once, and what of it one scale works on: pictures -> tensors of one size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from nst_core.config import Initial, Margins, TransferConfig
from nst_core.images import check_visible, split_alpha, to_mask, to_rgb, to_tensor
from nst_core.images.margins import find_margins
from nst_core.scene.colour import prepare_painting, prepare_photo
from nst_core.scene.scales import Size, painting_size
from nst_core.scene.strength import local_strength


@dataclass(frozen=True)
class Picture:
    """A picture of mode "RGB", and its opacity, of mode "L", where not all of it is opaque."""

    image: Image.Image
    opacity: Image.Image | None = None


@dataclass(frozen=True)
class Pictures:
    """What goes in: masks belong to the photo, are white where they apply and of any size."""

    photo: Picture
    paintings: tuple[Picture, ...]
    masks: tuple[Image.Image | None, ...]  # one a painting; None = wherever the masks of the others leave room
    within: Image.Image | None  # where to paint at all
    begin: Image.Image | None = None  # a painted picture of any size to go on from, of mode "RGB"
    strength: Image.Image | None = None  # of mode "L": how much painting where, as `local_strength` reads it


@dataclass(frozen=True)
class Painting:
    """A painting at one scale."""

    image: Tensor  # (1, 3, h, w)
    opacity: Tensor | None  # (1, 1, h, w)
    share: float  # of its region's paintings: they add up to 1
    number: int = 0  # its place among the run's paintings
    own: Painting | None = None  # the same in its own pixels, where it is enlarged and its strokes shall stay sharp

    @property
    def enlarged(self) -> float:
        """How many times as large as in its own pixels; 1 where that isn't asked for."""
        return 1.0 if self.own is None else max(self.image.shape[-2:]) / max(self.own.image.shape[-2:])


@dataclass(frozen=True)
class Region:
    """A part of the photo and the paintings that are blended there."""

    paintings: tuple[Painting, ...]
    mask: Tensor | None  # (1, 1, H, W), how much each pixel counts; None = all alike
    weight: float  # how much of the photo it is, times how much its paintings count
    numbers: tuple[int, ...] = ()  # of its paintings, from 1, of those without a share, too


@dataclass(frozen=True)
class Scene:
    """What one scale works on. Every mask has the size of the photo (1, 3, H, W)."""

    photo: Tensor  # with its own colours
    target: Tensor  # as the content loss sees it: the colours may be prepared
    opacity: Tensor | None  # (1, 1, H, W)
    canvas: Tensor | None  # (1, 1, H, W): where pixels may change; None = everywhere
    regions: tuple[Region, ...]
    # (1, 1, H, W): the strength of each pixel over 50 %, in [0, 2], by which the masks of the regions are multiplied
    # already; None = the config's everywhere
    emphasis: Tensor | None = None

    def compose(self, image: Tensor) -> Tensor:
        """`image` (1, 3, H, W) on the canvas and the target everywhere else: what the losses see."""
        return image if self.canvas is None else torch.lerp(self.target, image, self.canvas)

    def frame(self, image: Tensor) -> Tensor:
        """`image` (1, 3, H, W) on the canvas and the photo everywhere else: what a person sees."""
        return image if self.canvas is None else torch.lerp(self.photo, image, self.canvas)


def gather(
    content: Image.Image,
    styles: Image.Image | Sequence[Image.Image],
    masks: Sequence[Image.Image | None],
    within: Image.Image | None,
    config: TransferConfig,
    begin: Image.Image | None = None,
    strength: Image.Image | None = None,
) -> Pictures:
    """Check what a run is given; raises `ValueError` for what doesn't fit together or a mask that is black all over."""
    paintings = [styles] if isinstance(styles, Image.Image) else list(styles)
    if (config.style_layers or config.only_colours) and not paintings:
        raise ValueError("no painting was given; give at least one")
    if config.initial is Initial.STYLE and not paintings:
        raise ValueError("initial style needs a painting to start from; give one, or start from noise or the content")
    if len(masks) not in (0, len(paintings)):
        raise ValueError(
            f"the number of masks is {len(masks)} and that of paintings {len(paintings)}; give one each, or none"
        )
    if begin is not None and config.only_colours:
        raise ValueError("only_colours takes its single step from the photo, so there is nothing to begin with")
    config.style_shares(len(paintings))
    read = _split if config.keep_alpha else _flat
    pictures = Pictures(
        photo=read(content),
        paintings=tuple(_prepared(read(painting), config) for painting in paintings),
        masks=tuple(mask and _mask(mask, f"mask {n}") for n, mask in enumerate(masks, 1)) or (None,) * len(paintings),
        within=within and _mask(within, "the mask of what to paint"),
        begin=begin and read(begin).image,
        strength=strength and _mask(strength, "the strength map"),
    )
    _check_masks(pictures.masks)
    return pictures


def _check_masks(masks: Sequence[Image.Image | None]) -> None:
    """A painting without a mask needs what the others leave over."""
    given = [np.asarray(mask.resize((64, 64), Image.Resampling.BOX), dtype=np.float32) for mask in masks if mask]
    if None in masks and given and float(sum(given).min()) >= 255:  # type: ignore[union-attr]
        first = masks.index(None) + 1
        raise ValueError(f"the masks cover the photo, so painting {first}, which has none, has no room; give it one")


def _flat(image: Image.Image) -> Picture:
    check_visible(image)
    return Picture(to_rgb(image))


def _split(image: Image.Image) -> Picture:
    return Picture(*split_alpha(image))


def _prepared(painting: Picture, config: TransferConfig) -> Picture:
    """A painting without its margins, where they are to be cut off."""
    box = find_margins(painting.image) if config.margins is Margins.CUT else None
    return (
        painting if box is None else Picture(painting.image.crop(box), painting.opacity and painting.opacity.crop(box))
    )


def _mask(image: Image.Image, name: str) -> Image.Image:
    mask = to_mask(image)
    if mask.getextrema()[1] == 0:
        raise ValueError(f"{name} is black all over, so nothing would be painted there; make white what it is for")
    return mask


def build_scene(pictures: Pictures, size: Size, config: TransferConfig, device: torch.device) -> Scene:
    """The pictures as tensors on `device`, the photo at `size` (width, height)."""
    photo = to_tensor(pictures.photo.image, size).to(device)
    opacity = _map(pictures.photo.opacity, size, device)
    within = _map(pictures.within, size, device)
    # What is half transparent is painted all the same: its own opacity makes it thin.
    visible = None if opacity is None else (opacity > 0).to(photo)
    emphasis = _emphasis(pictures.strength, size, config, device)
    return Scene(
        photo=photo,
        target=prepare_photo(photo, _dial(config), config.colour_method),
        opacity=opacity,
        canvas=product(within, visible),
        regions=tuple(_regions(pictures, photo, opacity, within, emphasis, config)),
        emphasis=emphasis,
    )


def _emphasis(strength: Image.Image | None, size: Size, config: TransferConfig, device: torch.device) -> Tensor | None:
    """`Scene.emphasis`; None also where the map leaves nothing to be painted, as a strength of 0 does without one."""
    brightness = _map(strength, size, device)
    if brightness is None:
        return None
    emphasis = local_strength(config.effective_strength, brightness) / 50
    return emphasis if emphasis.any() else None


def _regions(
    pictures: Pictures,
    photo: Tensor,
    opacity: Tensor | None,
    within: Tensor | None,
    emphasis: Tensor | None,
    config: TransferConfig,
) -> Iterator[Region]:
    """One for each painting with a mask, and one for all paintings without: it has what the masks leave over."""
    height, width = photo.shape[-2:]
    masks = {n: _map(mask, (width, height), photo.device) for n, mask in enumerate(pictures.masks)}
    free = [n for n, mask in masks.items() if mask is None]
    given = {n: mask for n, mask in masks.items() if mask is not None}
    rest = (1 - torch.stack(list(given.values())).sum(0)).clamp_min(0) if given else None
    groups = [*([(free, rest)] if free else []), *(([n], mask) for n, mask in given.items())]
    shares = config.style_shares(len(masks))
    for members, mask in groups:
        amount = sum(shares[n] for n in members)
        if amount:
            counts = product(mask, product(opacity, within))
            paintings = [
                _painting(pictures, n, shares[n] / amount, photo, counts, config) for n in members if shares[n]
            ]
            felt = product(counts, emphasis)
            # Blended alike, a region weighs what its area does: its pixels then feel what they would without masks.
            weight = _area(felt, opacity) * amount * len(masks) / len(members)
            yield Region(paintings=tuple(paintings), mask=felt, weight=weight, numbers=tuple(n + 1 for n in members))


def _area(counts: Tensor | None, opacity: Tensor | None) -> float:
    """How much of what can be seen of the photo counts; 0 where at this size nothing can be seen."""
    if counts is None:
        return 1.0
    visible = counts.new_ones(()) if opacity is None else opacity.mean()
    return float(counts.mean() / visible.clamp_min(torch.finfo(visible.dtype).tiny))


def _painting(
    pictures: Pictures, index: int, share: float, photo: Tensor, counts: Tensor | None, config: TransferConfig
) -> Painting:
    """`counts` is where it will be seen: what it takes of the photo's colours comes from there."""
    picture, scales = pictures.paintings[index], config.style_scales(len(pictures.paintings))
    size = painting_size(picture.image.size, max(photo.shape[-2:]), scales[index])

    def seen(size: Size) -> Painting:
        image, visible = to_tensor(picture.image, size).to(photo.device), _map(picture.opacity, size, photo.device)
        image = prepare_painting(image, photo, _dial(config), config.colour_method, visible, counts)
        return Painting(image, visible, share, index)

    is_enlarged = max(size) > max(picture.image.size)
    return replace(seen(size), own=seen(picture.image.size) if is_enlarged and config.sharp_strokes else None)


def _dial(config: TransferConfig) -> float:
    """How colours are prepared: not at all where nothing else happens to them."""
    return 100.0 if config.only_colours else config.colours


def _map(mask: Image.Image | None, size: Size, device: torch.device) -> Tensor | None:
    """(1, 1, h, w) in [0, 1] of `size` (width, height)."""
    if mask is None:
        return None
    pixels = np.asarray(mask.resize(size, Image.Resampling.BILINEAR), dtype=np.float32) / 255
    return torch.from_numpy(pixels)[None, None].to(device)


def product(mask: Tensor | None, other: Tensor | None) -> Tensor | None:
    """Where both masks apply; None is everywhere."""
    if mask is None or other is None:
        return other if mask is None else mask
    return mask * other


def layer_map(mask: Tensor | None, stride: int) -> Tensor | None:
    """The mean of a mask (1, 1, H, W) over the pixels of each position of a layer: (1, 1, H // stride, W // stride)."""
    return None if mask is None else F.avg_pool2d(mask, stride)
