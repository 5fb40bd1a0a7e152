"""A PostgreSQL without PostGIS is passed over, and where there is no other, the line that installs one is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.embedded import binaries
from tests.api.ops.house import free_port, minqing

if TYPE_CHECKING:
    from pathlib import Path


def programs(directory: Path, *, postgis: bool) -> Path:
    """A directory of programs that answer as a PostgreSQL 15 does."""
    share = directory / "share"
    (share / "extension").mkdir(parents=True)
    if postgis:
        (share / "extension" / "postgis.control").touch()
    answers = {"postgres": "postgres (PostgreSQL) 15.9", "pg_config": str(share), "initdb": ""}
    for name, answer in answers.items():
        (directory / name).write_text(f"#!/bin/sh\necho '{answer}'\n")
        (directory / name).chmod(0o755)
    return directory


@pytest.mark.parametrize(("language", "sentence"), [("zh", "没有带 PostGIS 的 PostgreSQL"), ("en", "with PostGIS")])
def test_up_without_postgis_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, sentence: str
) -> None:
    monkeypatch.setenv("MINQING_PG_BINDIR", str(programs(tmp_path / "bin", postgis=False)))
    refused = minqing("up", "--port", str(free_port()), "--data-dir", str(tmp_path / "data"), language=language)
    assert refused.returncode == 1
    assert sentence in refused.stderr
    assert "apt-get install -y postgresql" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_with_postgis_the_same_programs_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    home = programs(tmp_path / "bin", postgis=True)
    monkeypatch.setenv("MINQING_PG_BINDIR", str(home))
    assert binaries.find() == binaries.Binaries(15, home)


def test_a_server_that_we_may_not_run_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PATH may name another account's folder."""
    (programs(tmp_path / "bin", postgis=True) / "postgres").chmod(0o644)
    monkeypatch.setenv("MINQING_PG_BINDIR", str(tmp_path / "bin"))
    assert list(binaries.candidates()) == []
