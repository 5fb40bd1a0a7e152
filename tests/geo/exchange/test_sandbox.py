"""The reading process is shut in: it can open nothing, call nobody, start nothing, and not take all the memory."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geo.errors import UnreadableFileError
from geo.exchange.limits import MIB, Limits
from geo.exchange.sandbox import Sandbox
from tests.geo.exchange.bad_files import geo, good

ROOT = Path(__file__).parents[3]

PRISONER = """
import json, os, socket, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from geo.exchange.confine import confine
folder = Path({folder!r})
if {shut_in}:
    confine(folder, memory_bytes=256 << 20, cpu_s=20, file_bytes=1 << 20)
def tried(act):
    try:
        act()
    except (OSError, MemoryError) as error:
        return type(error).__name__
    return "done"
import _socket
print(json.dumps({{
    "secret": tried(lambda: Path({secret!r}).read_text()),
    "passwd": tried(lambda: Path("/etc/passwd").read_text()),
    "outside": tried(lambda: Path({secret!r} + ".new").write_text("x")),
    "inside": tried(lambda: (folder / "mine").write_text("x")),
    "socket": tried(lambda: socket.socket()),
    "raw socket": tried(lambda: _socket.socket()),
    "program": tried(lambda: os.execv("/bin/true", ["true"]) if {shut_in} else None),
    "memory": tried(lambda: bytearray(512 << 20)),
    "large file": tried(lambda: (folder / "large").write_bytes(bytes(2 << 20))),
}}))
"""


def attempts(tmp_path: Path, *, shut_in: bool) -> dict[str, str]:
    folder = tmp_path / "cell"
    folder.mkdir()
    secret = tmp_path / "secret.txt"
    secret.write_text("the neighbours' phone numbers")
    source = PRISONER.format(root=str(ROOT), folder=str(folder), secret=str(secret), shut_in=shut_in)
    said = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    result: dict[str, str] = json.loads(said.stdout)
    return result


def test_a_confined_process_reaches_nothing_but_its_own_folder(tmp_path: Path) -> None:
    tried = attempts(tmp_path, shut_in=True)
    assert tried.pop("inside") == "done"
    assert set(tried.values()) <= {"PermissionError", "MemoryError", "OSError"}


def test_the_same_process_unconfined_reaches_everything(tmp_path: Path) -> None:
    assert set(attempts(tmp_path, shut_in=False).values()) == {"done"}


def test_the_kernel_itself_holds_the_walls_here(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").write_bytes(good("gpkg"))
    assert sandbox.read(tmp_path / "a.gpkg").confined


def test_a_file_that_wants_too_much_memory_is_stopped(tmp_path: Path) -> None:
    table = pa.table({"note": ["x" * (200 * MIB)], "geometry": [shapely.to_wkb(shapely.Point(104, 30))]})
    table = table.replace_schema_metadata(geo(encoding="WKB"))
    pq.write_table(table, tmp_path / "bomb.parquet", compression="zstd")
    assert (tmp_path / "bomb.parquet").stat().st_size < MIB
    with Sandbox(Limits(memory_bytes=64 * MIB)) as small, pytest.raises(UnreadableFileError, match="memory"):
        small.read(tmp_path / "bomb.parquet")


def test_a_file_over_the_size_limit_is_not_even_copied(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(bytes(2 * MIB))
    with Sandbox(Limits(file_bytes=MIB)) as small, pytest.raises(UnreadableFileError, match="allowed"):
        small.read(tmp_path / "a.csv")


def test_the_nursery_comes_back_when_it_was_killed(tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").write_bytes(good("gpkg"))
    with Sandbox() as once:
        once.read(tmp_path / "a.gpkg")
        assert once._nursery is not None
        once._nursery.kill()
        once._nursery.wait()
        assert len(once.read(tmp_path / "a.gpkg").layers[0]) == 40


def test_several_at_once_each_get_their_own_file(sandbox: Sandbox, tmp_path: Path) -> None:
    names: dict[int, str] = {}
    for n in range(6):
        (tmp_path / f"f{n}.csv").write_text(f"name,lon,lat\nn{n},104.{n},30.6\n")

    def read(n: int) -> None:
        names[n] = sandbox.read(tmp_path / f"f{n}.csv").layers[0].column("name")[0]

    threads = [threading.Thread(target=read, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names == {n: f"n{n}" for n in range(6)}


def test_nothing_is_left_behind(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    for name, data in (("a.gpkg", good("gpkg")), ("b.gpkg", good("gpkg")[:5000])):
        (tmp_path / name).write_bytes(data)
        with contextlib.suppress(UnreadableFileError):
            sandbox.read(tmp_path / name)
        assert list(scratch.iterdir()) == []
