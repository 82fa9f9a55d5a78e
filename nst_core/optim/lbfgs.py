"""L-BFGS (Liu and Nocedal, 1989) in the compact form of Byrd, Nocedal and Schnabel (1994), all of it on the device.

The textbook's two loops go over the pairs one by one, and ask at each step whether its pair is usable. The compact form
takes a few products with all pairs at once and two small triangular systems, and here nothing is ever read back: which
pairs are in use is itself a tensor.

The textbook begins from a multiple of the identity, too: from the same curvature in all directions. Here each band of
frequencies has its own, learnt from the steps so far.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nst_core.optim.dct import DCT
from nst_core.optim.method import OptimizerKind

FADING = 0.8  # what a pair counts for the curvature of the bands beside the next one
NEUTRAL = 1e-6  # so much more, of the whole, in each band: one that nothing moved in isn't shut for ever
# In directions that no pair has measured, the textbook goes as far as the curvature along the last step tells, which is
# steep beside most. So many times as far, without pairs and with `KNOWN`, takes a tenth fewer evaluations to the same
# loss; twice as far from the first pair on overshoots now and then, four times always.
BOLD, BOLDEST = 1.5, 2.0
KNOWN = 20
# How many times as long steps take until the loss is as low as with a history of 20. One of 50 takes a tenth fewer
# steps, and weighing its pairs costs half of that; one of 100 gains nothing more.
HISTORIES = {50: 0.95, 20: 1.0, 10: 1.03, 5: 1.1, 3: 1.2}
SHORTEST = 0.1  # of the first step's length is that of a redirected one at least, so that it measures a curvature


class LBFGS:
    """Steps of an image (1, 3, H, W), by the gradients on its way.

    For each, `learn` the gradient, take the `step`, and say by `forget` if it led astray. Keeps 2 history + 2 vectors
    as large as the image, and takes three more for a moment.
    """

    def __init__(self, dct: DCT, like: Tensor, history: int, first: float) -> None:
        """`like` is an image; `first` is what the average pixel moves before a curvature is known."""
        slots = history + 1  # one for the pair that the last step began and the next gradient completes
        exact = torch.float32 if like.device.type == "mps" else torch.float64  # MPS has no float64
        self._dct, self._shape, self._first = dct, like.shape, first
        self._length = like.new_full((), first)  # what the average pixel moves while no curvature is known
        # Coefficients of s_i = x_{i+1} - x_i and of y_i = g_{i+1} - g_i; in the open slot -g_i for y_i.
        self._s, self._y = like.new_zeros(2, slots, like.numel())
        self._sy = like.new_zeros(slots, slots, dtype=exact)  # s_i . y_j for i before j; nothing of use elsewhere
        self._moved = dct.energies(torch.zeros_like(like))  # how much of s is in each band, and of y
        self._changed = self._moved.clone()
        self._guess = like.new_ones((), dtype=exact)
        self._open = like.new_zeros(1, dtype=torch.long)
        self._count = like.new_zeros((), dtype=torch.long)  # pairs in use: those in the slots before the open one

    def learn(self, gradient: Tensor) -> None:
        """Take in the gradient at the image; the last step's pair is lost if the curvature along it isn't positive."""
        # Before there is a curvature, any step is a guess: steepest descent by a known length.
        guess = self._length * gradient.numel() / gradient.abs().sum().to(self._guess)
        self._guess.copy_(guess.nan_to_num(0, 0, 0))
        waves = self._dct.transform(gradient).view(1, -1)
        self._y.index_add_(0, self._open, waves)
        self._close(self._s.index_select(0, self._open), self._y.index_select(0, self._open))
        self._y.index_copy_(0, self._open, waves.neg_())

    def _close(self, s: Tensor, y: Tensor) -> None:
        """Keep the pair (1, N), (1, N) in the open slot where it is usable, in place of the oldest."""
        self._sy[:, self._open] = (self._s @ y.mT).to(self._sy)
        moved, changed = (self._dct.energies(each.view(self._shape)) for each in (s, y))
        length = moved.sum()
        noise = torch.finfo(s.dtype).eps * (length * changed.sum()).sqrt()
        keep = self._sy[self._open, self._open].squeeze() > noise  # NaN isn't
        torch.where(keep, FADING * self._moved + moved / length, self._moved, out=self._moved)
        torch.where(keep, FADING * self._changed + changed / length, self._changed, out=self._changed)
        self._count.add_(keep).clamp_max_(len(self._sy) - 1)
        self._open.add_(keep).remainder_(len(self._sy))

    def step(self, rate: Tensor) -> Tensor:
        """`rate` times -H g, H the inverse Hessian as far as it is known: a new image (1, 3, H, W).

        H = H0 + [S, H0 Y] [[R^-T (D + Y^T H0 Y) R^-1, -R^-T], [-R^-1, 0]] [S, H0 Y]^T, theorem 2.2 of the paper, with R
        the upper triangle of S^T Y and D its diagonal.
        """
        order, used = self._pairs()
        scale = self._bands()
        curvature = self._energy(order[-1:], scale)
        sy = torch.where(used[:, None] & used, self._sy[order][:, order], 0)
        triangle = sy.triu() + torch.diag((~used).to(sy))  # an identity where there is no pair
        against = self._products(self._s, self._slot(self._y), order, used)  # -S^T g
        p = torch.linalg.solve_triangular(triangle, -against, upper=True)
        inner = self._combined(self._y, order, p, 1).mul_(scale)  # H0 (Y p - g): -g lies in the open slot
        learnt = self._boldness() * sy[-1, -1] / curvature
        gamma = torch.where(self._count > 0, learnt, self._guess * self._shortening(inner))
        q = sy.diagonal()[:, None] * p + gamma * self._products(self._y, inner, order, used)
        q = torch.linalg.solve_triangular(triangle.mT, q, upper=False)
        waves = inner.mul_(gamma).sub_(self._combined(self._s, order, q, 0)).mul_(rate)
        self._s.index_copy_(0, self._open, waves[None])
        return self._dct.image(waves.view(self._shape))

    def _slot(self, slots: Tensor) -> Tensor:
        """A copy of what lies in the open one (N,)."""
        return slots.index_select(0, self._open)[0]

    def _pairs(self) -> tuple[Tensor, Tensor]:
        """The slots but the open one, oldest first, and which of them are in use."""
        places = torch.arange(len(self._sy) - 1, device=self._open.device)
        return (self._open + 1 + places) % len(self._sy), places >= len(places) - self._count

    def _bands(self) -> Tensor:
        """The diagonal of H0 (N,) but for gamma: how far steps went in each band by how much gradients changed."""
        moved, changed = (each + NEUTRAL * each.sum() for each in (self._moved, self._changed))
        return self._dct.spread(torch.where(moved.sum() > 0, (moved / changed).sqrt(), 1)).flatten()

    def _boldness(self) -> Tensor:
        """How much farther than by the last step's curvature it goes where no pair tells."""
        return BOLD + (BOLDEST - BOLD) * (self._count / KNOWN).clamp_max(1)

    def _shortening(self, inner: Tensor) -> Tensor:
        """What the first step, H0 g, has to be multiplied by to become as long as it would be without `_bands`."""
        shortening: Tensor = self._slot(self._y).norm() / inner.norm()
        return shortening.nan_to_num(1, 1, 1)

    def _energy(self, slot: Tensor, scale: Tensor) -> Tensor:
        """y . diag(scale) y of the pair in that slot (1,)."""
        y = self._y.index_select(0, slot)[0]
        energy: Tensor = y.mul(scale).dot(y)
        return energy

    def _products(self, slots: Tensor, vector: Tensor, order: Tensor, used: Tensor) -> Tensor:
        """Scalar products (pairs, 1) of a vector (N,) with the pairs' s or y, oldest first, 0 for those not in use."""
        return torch.where(used, (slots @ vector)[order].to(self._sy), 0)[:, None]

    def _combined(self, slots: Tensor, order: Tensor, shares: Tensor, of_open: float) -> Tensor:
        """Shares (pairs, 1), oldest first, times their s or y, plus `of_open` times that of the open slot: (N,)."""
        weights = self._sy.new_full((len(self._sy),), of_open)
        weights[order] = shares[:, 0]
        combined: Tensor = weights.to(slots) @ slots
        return combined

    def forget(self, astray: Tensor) -> None:
        """Where `astray` (a scalar) is true, the last step wasn't taken and all that was learnt no longer counts."""
        self._drop_pairs(astray)
        self._moved.masked_fill_(astray, 0)
        self._changed.masked_fill_(astray, 0)
        self._length.masked_fill_(astray, self._first)

    def redirect(self) -> None:
        """The objective is another one from now on: its curvature is unknown but for how that differs by the band.

        Near the bottom steps are short, and so shall the next one be: one as long as the first would lead far away.
        """
        last = self._s.index_select(0, self._open).norm() / math.sqrt(self._s.shape[1])
        torch.where(last > 0, last.clamp(SHORTEST * self._first, self._first), self._length, out=self._length)
        self._drop_pairs(torch.ones_like(self._count, dtype=torch.bool))

    def _drop_pairs(self, which: Tensor) -> None:
        """All that are in use, and the one that the last step began, where `which` (a scalar) is true."""
        self._s.index_copy_(0, self._open, self._s.index_select(0, self._open).masked_fill_(which, 0))
        self._count.masked_fill_(which, 0)

    def kept(self) -> dict[str, Tensor]:
        """Everything that the next steps depend on, by the name it is saved under; see `Method`.

        How many pairs it keeps goes by the number of slots, which are among it.
        """
        return {
            "s": self._s,
            "y": self._y,
            "sy": self._sy,
            "moved": self._moved,
            "changed": self._changed,
            "guess": self._guess,
            "length": self._length,
            "open": self._open,
            "count": self._count,
        }


def _begin(point: Tensor, history: int, first: float) -> LBFGS:
    return LBFGS(DCT(point), point, history, first)


KIND = OptimizerKind(
    begin=_begin,
    vectors=lambda history: 2 * history + 2,
    histories=HISTORIES,
    remembered=lambda kept: len(kept["sy"]) - 1,
)
