"""A bad file gets a sentence; nothing else happens: no request, no foreign file, no harm to the service."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest

from geo.errors import UnreadableFileError
from tests.geo.exchange.bad_files import BAD, good

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from geo.exchange.sandbox import Sandbox


def test_there_are_more_than_a_hundred() -> None:
    assert len(BAD) > 100


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gets_a_sentence_that_says_what_and_where(name: str, sandbox: Sandbox, tmp_path: Path) -> None:
    code, make = BAD[name]
    path = tmp_path / name
    path.write_bytes(make())
    with pytest.raises(UnreadableFileError) as refused:
        sandbox.read(path)
    refusal = refused.value.refusal
    assert code in {"", refusal.code}
    assert str(tmp_path) not in refusal.en
    assert "mq-import" not in refusal.en + refusal.zh
    assert refusal.en.endswith(".")
    assert refusal.zh.endswith("。")


def test_after_a_bad_file_the_next_good_one_is_read(sandbox: Sandbox, tmp_path: Path) -> None:
    for name in ("scribble.geojson", "flipped.gpkg", "laughs.kml"):
        (tmp_path / name).write_bytes(BAD[name][1]())
        with pytest.raises(UnreadableFileError):
            sandbox.read(tmp_path / name)
        (tmp_path / "good.gpkg").write_bytes(good("gpkg"))
        assert len(sandbox.read(tmp_path / "good.gpkg").layers[0]) == 40


@pytest.fixture
def listener() -> Iterator[tuple[int, list[str]]]:
    """A door on this machine that notes whoever knocks."""
    knocks: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.1)
        done = threading.Event()

        def wait() -> None:
            while not done.is_set():
                try:
                    guest, _ = door.accept()
                except TimeoutError:
                    continue
                knocks.append("knock")
                guest.close()

        waiting = threading.Thread(target=wait)
        waiting.start()
        yield door.getsockname()[1], knocks
        done.set()
        waiting.join()


def test_no_file_makes_the_service_call_anybody(
    listener: tuple[int, list[str]], sandbox: Sandbox, tmp_path: Path
) -> None:
    port, knocks = listener
    for name in ("vrt.geojson", "link.kml", "wfs.gpx", "vrt-inside.zip"):
        data = BAD[name][1]().replace(b"127.0.0.1:9/", b"127.0.0.1:%d/" % port)
        (tmp_path / name).write_bytes(data)
        with pytest.raises(UnreadableFileError):
            sandbox.read(tmp_path / name)
    assert knocks == []
    with socket.create_connection(("127.0.0.1", port)):  # the control: the door does hear
        pass
    for _ in range(50):
        if knocks:
            break
        threading.Event().wait(0.05)
    assert knocks == ["knock"]
