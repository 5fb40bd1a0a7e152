"""Gives the sample's newer cases photos, before and after: small pictures drawn here, of nobody's street.

A few scenes by what a case is about, each as it was found and as it was left; what a story says was not proved gets no
picture of having been done.
"""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any
from uuid import UUID

from geo.synthesis.chance import lots

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from PIL import Image, ImageDraw
    from psycopg import Connection

    Painter = Callable[[ImageDraw.ImageDraw, np.random.Generator, bool], None]

SEED, WIDTH, HEIGHT, GROUND = 13, 480, 360, 210
VARIANTS, CASES = 2, 160
NEWEST = """
SELECT id, category, reported_at,
       (SELECT max(e.at) FROM issue_event e WHERE e.issue_id = i.id AND e.action IN ('handle', 'solve')
           AND coalesce((e.payload->>'photos')::integer, 1) > 0) AS proved_at
  FROM issue i WHERE status NOT IN ('rejected', 'void', 'merged', 'split')
 ORDER BY is_open DESC, reported_at DESC, id LIMIT %s
"""
PHOTO = "id issue_id moment total received ready digest width height created_at taken_at".split()  # noqa: SIM905  # words
COUNT = """
UPDATE issue i SET photos = p.n FROM (SELECT issue_id, count(*) AS n FROM photo GROUP BY 1) p WHERE p.issue_id = i.id
"""


def take_photos(connection: Connection) -> None:
    """Photos of the newest cases. A step after ``live_through_a_year``."""
    drawn: dict[tuple[str, bool, int], tuple[bytes, bytes]] = {}
    photos: list[tuple[Any, ...]] = []
    bodies: list[tuple[Any, ...]] = []
    for place, (issue, category, reported_at, proved_at) in enumerate(connection.execute(NEWEST, [CASES]).fetchall()):
        for is_after, at in ((False, reported_at), (True, proved_at)):
            if at is None:
                continue
            shown = (scene_of(category), is_after, place % VARIANTS)
            if shown not in drawn:
                drawn[shown] = draw(*shown)
            full, thumb = drawn[shown]
            key = UUID(bytes=hashlib.sha256(f"sample photo {issue} {is_after}".encode()).digest()[:16], version=4)
            size = len(full)
            moment, digest = ("after" if is_after else "before"), hashlib.sha256(full).digest()
            photos.append((key, issue, moment, size, size, True, digest, WIDTH, HEIGHT, at, at))
            bodies += [(key, "full", full), (key, "thumb", thumb)]
    _copy(connection, "photo", PHOTO, iter(photos))
    _copy(connection, "photo_body", ["photo_id", "size", "bytes"], iter(bodies))
    connection.execute(COUNT)


def scene_of(category: str) -> str:
    """Which scene a category is drawn as.

    >>> scene_of("environment.garbage"), scene_of("safety.gas")
    ('heap', 'wall')
    """
    top = category.partition(".")[0]
    by_category = {"property.lift": "lift", "safety.fire_exit": "lane", "property.cleaning": "heap"}
    by_top = {"environment": "heap", "traffic": "lane", "facility": "lamp", "order": "lane", "green": "lamp"}
    return by_category.get(category) or by_top.get(top, "wall")


def draw(scene: str, is_after: bool, variant: int) -> tuple[bytes, bytes]:  # noqa: FBT001  # one of a pair
    """A scene as JPEG, full and as a thumbnail."""
    from PIL import Image, ImageDraw, ImageFilter  # noqa: PLC0415  # only the sample draws

    rng = lots(SEED, scene, variant)
    picture = Image.new("RGB", (WIDTH, HEIGHT), (196, 204, 212))
    pen = ImageDraw.Draw(picture)
    for row in range(GROUND):
        pen.line([(0, row), (WIDTH, row)], (176 + row // 8, 182 + row // 9, 184 + row // 12))
    pen.rectangle((0, GROUND, WIDTH, HEIGHT), (128, 126, 122))
    for line in range(4):
        pen.line([(0, GROUND + 12 + line * 40), (WIDTH, GROUND + 24 + line * 40)], (118, 116, 112), 2)
    SCENES[scene](pen, rng, is_after)
    picture = picture.filter(ImageFilter.GaussianBlur(1.2))
    return _jpeg(picture, 62), _jpeg(picture.resize((160, 120)), 60)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=quality, optimize=True)
    return written.getvalue()


def _heap(pen: ImageDraw.ImageDraw, rng: np.random.Generator, is_after: bool) -> None:  # noqa: FBT001  # as ``draw``
    """Bags piled up beside a bin; the bin alone."""
    pen.rectangle((330, 130, 400, 260), (52, 104, 74), (30, 60, 44), 4)
    pen.rectangle((322, 118, 408, 136), (42, 84, 60))
    for _ in range(0 if is_after else 16):
        x, y, r = int(rng.integers(60, 330)), int(rng.integers(205, 300)), int(rng.integers(22, 46))
        shade = int(rng.integers(25, 90))
        pen.ellipse((x - r, y - r, x + r, y + r * 0.8), (shade, shade, shade + 14), (20, 20, 24), 2)
        pen.polygon([(x - 8, y - r), (x + 8, y - r), (x, y - r - 14)], (shade + 20, shade + 20, shade + 20))


def _lift(pen: ImageDraw.ImageDraw, _: np.random.Generator, is_after: bool) -> None:  # noqa: FBT001
    """A lift with its doors ajar and a red lamp; shut and green."""
    pen.rectangle((130, 50, 350, 300), (88, 92, 98), (50, 52, 56), 6)
    gap = 0 if is_after else 34
    pen.rectangle((150, 70, 240 - gap, 300), (168, 172, 178), (120, 124, 130), 3)
    pen.rectangle((240 + gap, 70, 330, 300), (168, 172, 178), (120, 124, 130), 3)
    pen.ellipse((228, 22, 252, 46), (60, 170, 90) if is_after else (210, 54, 48))
    if not is_after:
        pen.line([(150, 250), (330, 190)], (226, 180, 40), 14)


def _lane(pen: ImageDraw.ImageDraw, rng: np.random.Generator, is_after: bool) -> None:  # noqa: FBT001
    """A yellow-hatched lane with a car in it; the lane free."""
    for place in range(-4, 14):
        pen.line([(place * 44, HEIGHT), (place * 44 + 120, GROUND)], (222, 184, 52), 7)
    if is_after:
        return
    paint = tuple(int(v) for v in rng.integers(60, 200, 3))
    pen.rounded_rectangle((90, 190, 390, 280), 26, paint, (40, 40, 44), 3)
    pen.polygon([(150, 192), (190, 138), (300, 138), (346, 192)], (70, 84, 98), (40, 40, 44))
    for x in (160, 325):
        pen.ellipse((x - 34, 246, x + 34, 314), (34, 34, 36), (90, 90, 92), 6)


def _wall(pen: ImageDraw.ImageDraw, rng: np.random.Generator, is_after: bool) -> None:  # noqa: FBT001
    """A wall with a crack and a stain; plastered over."""
    pen.rectangle((0, 0, WIDTH, GROUND + 60), (206, 198, 184))
    if is_after:
        pen.polygon([(170, 0), (280, 0), (330, 270), (210, 270)], (222, 216, 204))
        return
    x, y = 210, 0
    while y < GROUND + 60:
        there = (x + int(rng.integers(-20, 30)), y + int(rng.integers(10, 28)))
        pen.line([(x, y), there], (70, 62, 54), int(rng.integers(3, 8)))
        x, y = there
    pen.ellipse((90, 120, 200, 250), (170, 158, 138))


def _lamp(pen: ImageDraw.ImageDraw, _: np.random.Generator, is_after: bool) -> None:  # noqa: FBT001
    """A dark street with a lamp that is out; lit."""
    pen.rectangle((0, 0, WIDTH, HEIGHT), (74, 84, 108) if is_after else (34, 38, 52))
    if is_after:
        for ring in range(60, 0, -4):
            light = 255 - ring * 2
            pen.ellipse((300 - ring * 2, 70 - ring, 300 + ring * 2, 70 + ring), (light, light - 10, light - 60))
    pen.rectangle((222, 60, 232, 330), (24, 26, 30))
    pen.line([(227, 64), (310, 56)], (24, 26, 30), 8)
    pen.ellipse((286, 52, 318, 74), (255, 244, 196) if is_after else (58, 60, 66))
    pen.rectangle((0, 318, WIDTH, HEIGHT), (58, 60, 66))


SCENES: dict[str, Painter] = {"heap": _heap, "lift": _lift, "lane": _lane, "wall": _wall, "lamp": _lamp}


def _copy(connection: Connection, table: str, columns: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
