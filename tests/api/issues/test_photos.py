"""Photos come piece by piece and lose everything but the picture; what is no photo is refused in words."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from PIL import Image

from tests.api.issues.conftest import People, report

if TYPE_CHECKING:
    import httpx

GPS_IFD = 0x8825


def with_exif(form: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "<script>alert(1)</script>"
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x9003] = "2026:11:20 08:30:00"
    gps = exif.get_ifd(GPS_IFD)
    gps[1], gps[2], gps[3], gps[4] = "N", (30.0, 38.0, 24.0), "E", (104.0, 2.0, 6.0)
    written = io.BytesIO()
    Image.effect_noise((600, 400), 40).convert("RGB").save(written, form, exif=exif, comment=b"secret")
    return written.getvalue()


def heic() -> bytes:
    import pillow_heif  # noqa: PLC0415  # only this photo needs it

    pillow_heif.register_heif_opener()
    written = io.BytesIO()
    Image.new("RGB", (320, 240), "green").save(written, "HEIF")
    return written.getvalue()


async def put(client: httpx.AsyncClient, key: str, content: bytes, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.put(f"/api/photos/{key}", content=content, headers={"Content-Type": "image/jpeg", **named})


async def test_exif_is_read_and_then_gone(people: People, issues_url: str) -> None:
    key, issue = str(uuid4()), str(uuid4())
    raw = with_exif()
    assert Image.open(io.BytesIO(raw)).getexif(), "the control: the photo has EXIF"
    assert (await put(people.worker, key, raw)).status_code == 201
    await people.worker.put(f"/api/issues/{issue}", json=report(photos=[key]))
    for size, width in (("full", 400), ("thumb", 213)):
        shown = await people.office.get(f"/api/photos/{key}/{size}.jpg")
        picture = Image.open(io.BytesIO(shown.content))
        assert picture.width == width, "it was turned upright"
        assert not picture.getexif()
        assert b"Exif" not in shown.content
        assert b"script" not in shown.content
        assert b"secret" not in shown.content
    with psycopg.connect(issues_url) as store:
        row = store.execute("SELECT taken_at, ST_X(taken), ST_Y(taken) FROM photo WHERE id = %s", [key]).fetchone()
    assert row is not None
    assert row[0].isoformat() == "2026-11-20T00:30:00+00:00"
    assert row[1:] == pytest.approx((104.035, 30.64))


async def test_a_photo_comes_in_pieces_and_goes_on_where_it_stopped(people: People) -> None:
    key, raw, client = str(uuid4()), with_exif(), people.worker
    total, middle = len(raw), len(raw) // 2
    first = await put(client, key, raw[:middle], Content_Range=f"bytes 0-{middle - 1}/{total}")
    assert (first.status_code, first.json()["received"]) == (202, middle)
    again = await put(client, key, raw[:middle], Content_Range=f"bytes 0-{middle - 1}/{total}")
    assert (again.status_code, again.json()["received"]) == (202, middle)
    ahead = await put(client, key, raw[-5:], Content_Range=f"bytes {total - 5}-{total - 1}/{total}")
    assert (ahead.status_code, ahead.json()["received"]) == (202, middle), "a gap is not taken"
    assert (await client.get(f"/api/photos/{key}")).json()["received"] == middle
    rest = await put(client, key, raw[middle:], Content_Range=f"bytes {middle}-{total - 1}/{total}")
    assert (rest.status_code, rest.json()["ready"]) == (201, True)
    assert (await put(client, key, raw)).status_code == 200, "the whole again is known"
    other = await put(client, key, with_exif()[::-1][:total].ljust(total, b"x"))
    assert other.status_code == 409


async def test_heic_is_taken(people: People) -> None:
    assert (await put(people.worker, str(uuid4()), heic())).status_code == 201


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"MZ\x90\x00this program cannot be run in DOS mode" * 50, 415, "不是照片"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", 415, "不是照片"),
        (b"GIF89a" + b"\x00" * 100, 415, "不是照片"),
        (b"\xff" * (21 * 1024 * 1024), 413, "20 MB"),
        (b"\xff" * (50 * 1024 * 1024), 413, "太大"),
        (b"", 422, "没有收到"),
    ],
)
async def test_what_is_no_photo_is_refused_in_words(people: People, content: bytes, status: int, words: str) -> None:
    answer = await put(people.worker, str(uuid4()), content)
    assert answer.status_code == status
    assert words in answer.json()["detail"]


async def test_a_photo_is_seen_by_whoever_sees_its_case_and_nobody_else(people: People) -> None:
    key, issue = str(uuid4()), str(uuid4())
    stranger = people.stranger
    assert (await put(stranger, key, with_exif())).status_code == 201
    assert (await stranger.put(f"/api/issues/{issue}", json=report(photos=[key]))).status_code == 201
    assert (await people.office.get(f"/api/photos/{key}/full.jpg")).status_code == 200
    assert (await people.firm.get(f"/api/photos/{key}/full.jpg")).status_code == 404
    assert (await stranger.get(f"/api/photos/{key}/full.jpg")).status_code == 404


async def test_nobody_takes_over_a_photo_that_is_being_sent(people: People) -> None:
    key, raw = str(uuid4()), with_exif()
    await put(people.worker, key, raw[:100], Content_Range=f"bytes 0-99/{len(raw)}")
    assert (await people.stranger.get(f"/api/photos/{key}")).status_code == 404
    taken = await put(people.stranger, key, raw[100:], Content_Range=f"bytes 100-{len(raw) - 1}/{len(raw)}")
    assert taken.status_code == 404
