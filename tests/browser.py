"""Debian's Chromium as tests and benches start it: no sandbox for root, and no address bar that nobody sees.

Chromium draws the list under its address bar by a page of its own, for each window, also without a screen: a second of
the processor for each browser that a test opens.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

UNSEEN = "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup"


def program() -> str | None:
    """Where Chromium is: what ``MINQING_CHROMIUM`` says, or the first of its usual names; none where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("MINQING_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def launch(playwright: Playwright) -> Browser:
    """The browser, started.

    Raises:
        FileNotFoundError: there is none on this machine.
    """
    found = program()
    if found is None:
        raise FileNotFoundError("Chromium is needed: apt-get install chromium")
    unboxed = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=found, args=[*unboxed, UNSEEN])
