"""Chance shows nothing, a real cluster is found, and a crowd of people is no hot spot."""

from __future__ import annotations

import numpy as np
import pytest
from esda import G_Local, Moran_Local
from libpysal.weights import W

from geo.errors import InvalidInputError
from geo.heat.emerging import Course, emerging
from geo.heat.hotspots import hot_spots
from geo.heat.lattice import cells_of, edges_between
from geo.heat.spots import sentence, spots_of
from geo.heat.tails import accepted, sums_by_chance

COLUMNS, ROWS = 25, 20
N = COLUMNS * ROWS
MAPS = 200


def lattice() -> np.ndarray:
    column, row = np.meshgrid(np.arange(COLUMNS), np.arange(ROWS))
    return edges_between(cells_of(column.ravel() + 258_000, row.ravel() + 134_000))


EDGES = lattice()


def weights_of(n: int, edges: np.ndarray) -> W:
    """The neighbourhood as libpysal knows it."""
    neighbours: dict[int, list[int]] = {i: [] for i in range(n)}
    for a, b in edges.tolist():
        neighbours[a].append(b)
        neighbours[b].append(a)
    return W(neighbours, silence_warnings=True, id_order=list(range(n)))


def at(column: int, row: int) -> int:
    return row * COLUMNS + column


def test_chance_shows_something_on_at_most_one_map_in_twenty() -> None:
    """Two kinds of chance: anywhere, and at the doors where people live; with and without knowing the households."""
    rng = np.random.default_rng(20_261_124)
    homes = rng.gamma(1.5, 40, N).round()
    homes[rng.random(N) < 0.2] = 0
    shown = 0
    for k in range(MAPS):
        mean = rng.choice([0.3, 1.0, 5.0]) * N
        even = k % 2 == 0
        counts = rng.multinomial(int(mean), np.full(N, 1 / N) if even else homes / homes.sum())
        shown += hot_spots(counts, EDGES, None if even and k % 4 else homes).any
    assert shown <= 0.05 * MAPS


def test_a_normal_curve_would_show_more() -> None:
    """The control: plain Gi* scores beyond 1.96, as most programs draw them, find hot spots in pure chance."""
    rng = np.random.default_rng(5)
    shown = 0
    for _ in range(20):
        counts = rng.multinomial(N, np.full(N, 1 / N))
        z = G_Local(counts.astype(float), weights_of(N, EDGES), transform="B", star=True, permutations=0).Zs
        shown += bool((z > 1.96).any())
    assert shown > 10


def test_where_people_crowd_is_not_hot_but_where_they_complain_is() -> None:
    rng = np.random.default_rng(3)
    homes = np.full(N, 60.0)
    crowd = [at(c, r) for c in (4, 5, 6) for r in (4, 5, 6)]
    homes[crowd] = 600
    counts = rng.poisson(homes * 0.03)
    assert not (hot_spots(counts, EDGES, homes).kind[crowd] == "hot").any()
    sore = [at(c, r) for c in (17, 18) for r in (12, 13)]
    counts[sore] += 15
    found = hot_spots(counts, EDGES, homes)
    assert (found.kind[sore] == "hot").all()
    (spot,) = [s for s in spots_of(found, counts, EDGES) if s.kind == "hot"]
    assert set(sore) <= set(spot.places)
    assert "倍" in sentence(spot, where="某小区", what="噪声")


def test_one_address_among_quiet_ones_is_a_lone_one() -> None:
    counts = np.ones(N, np.int64)
    counts[::2] = 2
    counts[[at(c, r) for c in range(8, 15) for r in range(7, 14)]] = 0
    counts[at(11, 10)] = 3
    assert hot_spots(counts, EDGES).kind[at(11, 10)] in {"lone", "plain", "cold"}


def test_exact_tails_agree_with_drawing_lots() -> None:
    rng = np.random.default_rng(1)
    values = rng.poisson(0.7, 400).astype(float)
    drawn = rng.choice(values, (200_000, 9)).sum(axis=1)
    above, below = sums_by_chance(values, np.full(4, 9), np.array([5.0, 9.0, 12.0, 0.0]))
    for i, s in enumerate((5, 9, 12, 0)):
        assert above[i] == pytest.approx((drawn >= s).mean(), abs=0.004)
        assert below[i] == pytest.approx((drawn <= s).mean(), abs=0.004)


def test_the_statistics_are_esdas() -> None:
    counts = np.random.default_rng(9).poisson(3, N)
    found = hot_spots(counts, EDGES)
    weights = weights_of(N, EDGES)
    assert np.allclose(found.z, G_Local(counts.astype(float), weights, transform="B", star=True, permutations=0).Zs)
    theirs = Moran_Local(counts.astype(float), weights, transformation="r", permutations=0)
    assert np.allclose(found.i, theirs.Is)
    assert found.moran_p[np.abs(theirs.Is).argmax()] < 0.05


def test_rejections_follow_benjamini_and_hochberg() -> None:
    p = np.array([0.01, 0.013, 0.014, 0.19, 0.35, 0.5, 0.63, 0.67, 0.75, 0.81])
    assert accepted(p, 0.05).sum() == 3
    assert not accepted(p + 0.02, 0.05).any()


def test_nothing_and_too_little_show_nothing() -> None:
    assert not hot_spots(np.zeros(N, np.int64), EDGES).any
    assert not hot_spots(np.array([5, 0]), np.array([[0, 1]])).any
    with pytest.raises(InvalidInputError):
        hot_spots(np.array([-1] * 9), np.empty((0, 2), np.int64))


def test_a_film_tells_the_new_from_the_old_and_the_gone() -> None:
    rng = np.random.default_rng(2)
    film = rng.poisson(1.0, (N, 10))
    places = {"old": at(4, 4), "new": at(14, 4), "gone": at(4, 14), "growing": at(18, 15)}
    around = {k: [v + dc + dr * COLUMNS for dc in (-1, 0, 1) for dr in (-1, 0, 1)] for k, v in places.items()}
    film[around["old"]] += 8
    film[around["new"], -1:] += 8
    film[around["gone"], :4] += 8
    film[around["growing"]] += 6 + 2 * np.arange(10)
    found = emerging(film, EDGES)
    course = {k: found.course[v] for k, v in places.items()}
    assert course == {
        "old": Course.PERSISTENT,
        "new": Course.NEW,
        "gone": Course.HISTORICAL,
        "growing": Course.INTENSIFYING,
    }


def test_a_film_of_chance_shows_nothing() -> None:
    rng = np.random.default_rng(8)
    shown = sum(bool(emerging(rng.poisson(0.5, (N, 6)), EDGES).hot.any()) for _ in range(60))
    assert shown <= 3
