"""The kernel agrees with scipy's, keeps every issue, and is as hot at every zoom."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import gaussian_kde

from geo.errors import InvalidInputError
from geo.heat import kernel
from geo.heat.kernel import Frame, surface

BANDWIDTH = 200.0
SPREAD = 1500.0


def whitened(n: int, seed: int) -> np.ndarray:
    """Points whose covariance is exactly the same in all directions, so that scipy's bandwidth is one of metres."""
    xy = np.random.default_rng(seed).normal(size=(n, 2)) ** 3
    xy -= xy.mean(axis=0)
    return np.asarray(xy @ np.linalg.inv(np.linalg.cholesky(np.cov(xy.T))).T * SPREAD)


def scipys(xy: np.ndarray, frame: Frame) -> np.ndarray:
    x, y = np.meshgrid(frame.x, frame.y)
    density = gaussian_kde(xy.T, bw_method=BANDWIDTH / SPREAD)(np.stack([x.ravel(), y.ravel()]))
    return np.asarray(density.reshape(x.shape) * len(xy) * kernel.KM2)


@pytest.mark.parametrize("many", [100_000, 500])
def test_it_is_within_a_percent_of_scipys(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways: every point for itself, and shared out to a grid; wherever it is a ten-thousandth of the peak."""
    monkeypatch.setattr(kernel, "MANY", many)
    xy = whitened(2_000, 7)
    frame = Frame(-3000, -3000, 100, 61, 61)
    ours, theirs = surface(xy, BANDWIDTH, frame), scipys(xy, frame)
    seen = theirs > 1e-4 * theirs.max()
    assert np.abs(ours - theirs)[seen].max() / theirs.max() < 0.002
    assert (np.abs(ours - theirs)[seen] / theirs[seen]).max() < 0.01


def test_the_same_place_is_as_hot_at_every_zoom() -> None:
    xy = whitened(300, 1)
    far, near = surface(xy, BANDWIDTH, Frame(-2000, -2000, 500, 9, 9)), surface(xy, BANDWIDTH, Frame(0, 0, 10, 3, 3))
    assert near[0, 0] == pytest.approx(far[4, 4])


def test_every_issue_is_under_the_surface() -> None:
    xy, weights = whitened(50, 2) / 4, np.arange(50.0)
    frame = Frame(-6000, -6000, 50, 241, 241)
    assert surface(xy, BANDWIDTH, frame, weights).sum() * 50**2 / kernel.KM2 == pytest.approx(weights.sum(), rel=1e-6)


def test_nothing_is_nowhere_and_no_bandwidth_is_refused() -> None:
    assert surface(np.empty((0, 2)), BANDWIDTH, Frame(0, 0, 1, 2, 2)).tolist() == [[0, 0], [0, 0]]
    with pytest.raises(InvalidInputError):
        surface(np.zeros((1, 2)), 0, Frame(0, 0, 1, 2, 2))
