"""Takes away files that were brought and never entered; an entered one needs its file no more and loses it at once."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

TIDY, TIDY_AT = "tidy_imports", "25 3 * * *"
KEPT = timedelta(days=7)
"""How long a file may lie before somebody decides on it."""


def tidy(home: Path, now: datetime, kept: timedelta = KEPT) -> int:
    """Remove what has lain in the folder of uploads for longer than ``kept``; how many uploads that was."""
    if not home.is_dir():
        return 0
    oldest = (now - kept).timestamp()
    gone = [folder for folder in home.iterdir() if folder.is_dir() and folder.stat().st_mtime < oldest]
    for folder in gone:
        shutil.rmtree(folder, ignore_errors=True)
    return len(gone)


def let_go(folder: Path) -> None:
    """The file of one import and what was read of it, once nothing asks for them any more."""
    shutil.rmtree(folder, ignore_errors=True)
