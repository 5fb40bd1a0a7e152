"""A data directory is ours or it is left alone, and every refusal is one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.operations import data_dir
from api.operations.data_dir import LAYOUT, claim, held, look, readable, running
from api.operations.listening import listen
from api.operations.process import Imprint, imprint, runs
from api.trouble import Trouble


def contents(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_somebody_elses_directory_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    before = contents(tmp_path)
    with pytest.raises(Trouble, match="not a data directory of ours"):
        claim(tmp_path)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("marker", ["", "not json", "[]", '{"product": "somebody"}', '{"product": "x", "layout": 1}'])
def test_a_marker_that_is_not_ours_is_left_alone(tmp_path: Path, marker: str) -> None:
    (tmp_path / "minqing.json").write_text(marker)
    with pytest.raises(Trouble, match="not a data directory of ours"):
        claim(tmp_path)
    assert contents(tmp_path) == {str(tmp_path / "minqing.json"): marker.encode()}


def test_a_directory_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    claim(tmp_path)
    (tmp_path / "minqing.json").write_text(json.dumps({"product": "minqing-map", "layout": LAYOUT + 1}))
    before = contents(tmp_path)
    with pytest.raises(Trouble, match="newer version") as refused:
        claim(tmp_path)
    assert "更新的版本" in refused.value.zh
    assert contents(tmp_path) == before


def test_a_claim_can_be_repeated(tmp_path: Path) -> None:
    first = claim(tmp_path / "data")
    assert claim(tmp_path / "data") == first == look(tmp_path / "data")


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(Trouble, match="is no directory"):
        claim(tmp_path / "data")


def test_a_place_without_permission_is_named() -> None:
    with pytest.raises(Trouble, match="No permission for /sys/minqing"):
        claim(Path("/sys/minqing"))


def test_too_little_room_is_said_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="disk is full"):
        claim(tmp_path / "data", least_free_mib=10**9)
    assert look(tmp_path / "data") is None


def test_a_disk_that_fills_up_meanwhile_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="disk is full"), readable(tmp_path):
        Path("/dev/full").write_text("no byte of this fits")


def test_two_cannot_hold_one_directory(tmp_path: Path) -> None:
    data = claim(tmp_path)
    with held(data):
        assert data_dir.is_held(data)
        with pytest.raises(Trouble, match="Another program uses"), held(data):
            pass
    assert not data_dir.is_held(data)


def test_a_number_given_to_another_process_does_not_count_as_running(tmp_path: Path) -> None:
    data = claim(tmp_path)
    mine = imprint(1)
    assert mine is not None
    assert runs(mine)
    earlier = Imprint(mine.pid, mine.began - 1)
    data_dir.announce(data, data_dir.Running(earlier, "http://127.0.0.1:1/", 1, "2026"))
    assert running(data) is None


def test_a_port_in_use_is_a_sentence() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Trouble, match=f"Port {port} is in use"):
            listen("127.0.0.1", port)


def test_a_host_that_is_not_ours_is_a_sentence() -> None:
    with pytest.raises(Trouble, match="Cannot listen"):
        listen("203.0.113.1", 8000)
