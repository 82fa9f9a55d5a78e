"""The equations of the papers, transcribed symbol by symbol with loops: slow, plain, float64, NumPy and SciPy alone.

Gatys, Ecker and Bethge (2016), eq. 1-7, where not said otherwise. F, P, A are features or Gram matrices as in the
paper: F[i, k] is the activation of filter i at position k.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import sqrtm

Matrix = NDArray[np.float64]


def content_loss(F: Matrix, P: Matrix) -> float:
    """Eq. 1."""
    return 0.5 * float(sum((F[i, j] - P[i, j]) ** 2 for i in range(F.shape[0]) for j in range(F.shape[1])))


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
    return float(sum((G[i, j] - A[i, j]) ** 2 for i in range(N) for j in range(N)) / (4 * N**2 * M**2))


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


def guided_gram(F: Matrix, T: Matrix) -> Matrix:
    """Gatys et al. (2017), section 4: a guidance channel T, normalised to sum T^2 = 1, multiplies each feature map."""
    T = T / np.sqrt(sum(t**2 for t in T))
    return gram(np.array([[F[i, k] * T[k] for k in range(F.shape[1])] for i in range(F.shape[0])]))


def mean_and_deviation(F: Matrix) -> Matrix:
    """Li et al. (2017): mu and sigma of each feature channel over all positions, (2, N)."""
    mu = [sum(f) / len(f) for f in F]
    sigma = [np.sqrt(sum((x - m) ** 2 for x in f) / len(f)) for f, m in zip(F, mu, strict=True)]
    return np.array([mu, sigma])


def wasserstein(F: Matrix, P: Matrix) -> float:
    """Olkin and Pukelsheim (1982): the squared 2-Wasserstein distance of normal distributions with their moments."""
    (m1, S1), (m2, S2) = ((X.mean(axis=1), np.cov(X, bias=True)) for X in (F, P))
    root = sqrtm(S2)
    return float(np.real(sum((m1 - m2) ** 2) + np.trace(S1) + np.trace(S2) - 2 * np.trace(sqrtm(root @ S1 @ root))))
