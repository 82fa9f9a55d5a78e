"""Gatys, Ecker and Bethge (2016), eq. 1-7, transcribed symbol by symbol with loops: slow, plain, float64, NumPy alone.

F, P, A are features or Gram matrices as in the paper: F[i, k] is the activation of filter i at position k.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def content_loss(F: Matrix, P: Matrix) -> float:
    """Eq. 1."""
    return 0.5 * sum((F[i, j] - P[i, j]) ** 2 for i in range(F.shape[0]) for j in range(F.shape[1]))


def content_gradient(F: Matrix, P: Matrix) -> Matrix:
    """Eq. 2: with respect to the activations before the rectifier."""
    gradient = np.zeros_like(F)
    for i in range(F.shape[0]):
        for j in range(F.shape[1]):
            gradient[i, j] = F[i, j] - P[i, j] if F[i, j] > 0 else 0
    return gradient


def gram(F: Matrix) -> Matrix:
    """Eq. 3."""
    N, M = F.shape
    return np.array([[sum(F[i, k] * F[j, k] for k in range(M)) for j in range(N)] for i in range(N)])


def layer_style_loss(F: Matrix, A: Matrix) -> float:
    """Eq. 4."""
    (N, M), G = F.shape, gram(F)
    return sum((G[i, j] - A[i, j]) ** 2 for i in range(N) for j in range(N)) / (4 * N**2 * M**2)


def style_loss(layers: Sequence[tuple[Matrix, Matrix]], w: Sequence[float]) -> float:
    """Eq. 5, over pairs (F, A)."""
    return sum(w_l * layer_style_loss(F, A) for w_l, (F, A) in zip(w, layers, strict=True))


def style_gradient(F: Matrix, A: Matrix) -> Matrix:
    """Eq. 6: with respect to the activations before the rectifier."""
    (N, M), G = F.shape, gram(F)
    gradient = np.zeros_like(F)
    for i in range(N):
        for j in range(M):
            if F[i, j] > 0:
                gradient[i, j] = sum(F[k, j] * (G[k, i] - A[k, i]) for k in range(N)) / (N**2 * M**2)
    return gradient


def total_loss(alpha: float, content: float, beta: float, style: float) -> float:
    """Eq. 7."""
    return alpha * content + beta * style
