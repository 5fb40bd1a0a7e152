"""Files that nobody decided on go after their time; the others stay."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from api.imports.tidy import KEPT, tidy

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 5, 3, tzinfo=UTC)


def test_only_what_has_lain_too_long_goes(tmp_path: Path) -> None:
    for name, age in (("old", KEPT + timedelta(hours=1)), ("new", KEPT - timedelta(hours=1))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file.csv").write_text("a,b")
        moment = (NOW - age).timestamp()
        os.utime(tmp_path / name, (moment, moment))
    assert tidy(tmp_path, NOW) == 1
    assert [folder.name for folder in tmp_path.iterdir()] == ["new"]


def test_a_house_without_uploads_has_nothing_to_tidy(tmp_path: Path) -> None:
    assert tidy(tmp_path / "imports", NOW) == 0
