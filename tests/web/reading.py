"""What a page says, read as a stranger would: words in the wrong language, and what axe finds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

HAN = re.compile(r"[\u3400-\u9fff]+")
SPOKEN = """() => {
  const shown = (e) => e.checkVisibility({ visibilityProperty: true })
  const words = []
  for (const e of document.body.querySelectorAll('*')) {
    if (!shown(e) || e.closest('[lang=mul]')) continue
    for (const a of ['title', 'aria-label', 'placeholder', 'alt']) if (e.getAttribute(a)) words.push(e.getAttribute(a))
    for (const n of e.childNodes) if (n.nodeType === 3 && n.data.trim()) words.push(n.data.trim())
  }
  return [document.title, ...words]
}"""


def untranslated(page: Page, names: list[str]) -> list[str]:
    """Words on the page that are Chinese and nobody's name."""
    left = []
    for words in page.evaluate(SPOKEN):
        rest = words
        for name in names:
            rest = rest.replace(name, "")
        if HAN.search(rest):
            left.append(words)
    return left


MOST_LOOKS = 240
INKS = """(canvas) => {
  const small = document.createElement('canvas')
  small.width = canvas.width / 4
  small.height = canvas.height / 4
  const pen = small.getContext('2d')
  pen.drawImage(canvas, 0, 0, small.width, small.height)
  const { data } = pen.getImageData(0, 0, small.width, small.height)
  let many = 0
  for (let i = 0; i < data.length; i += 4) {
    if (Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]) > 90) many++
  }
  return many
}"""


def inks(page: Page, which: int = 0) -> int:
    """How many of a map's pixels, one in sixteen, are neither ground nor grey: what is drawn on it."""
    return int(page.locator(".maplibregl-canvas").nth(which).evaluate(INKS))


def rested(page: Page, which: int = 0) -> int:
    """The same once there is something and it no longer changes: what was drawn before may go first."""
    seen = [0, 0, 0, -1]
    while seen[-1] <= 0 or len(set(seen[-4:])) > 1:
        assert len(seen) < MOST_LOOKS, f"the map does not come to rest: {seen[-8:]}"
        page.wait_for_timeout(250)
        seen.append(inks(page, which))
    return seen[-1]


def faults(page: Page) -> list[str]:
    """What axe has to say."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [f"{fault['id']}: {fault['nodes'][0]['html'][:160]}" for fault in found]
