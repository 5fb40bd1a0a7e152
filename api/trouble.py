"""What the keeper of a machine can mend: one clear sentence in Chinese and in English.

Raised by everything that runs the house (the embedded store, the commands), caught once, in ``api.cli``.
"""

from __future__ import annotations

import os

REFUSED = "refused"
"""The event by which a service that will not start says why, in ``zh`` and ``en``; who started it looks for it."""


class Trouble(Exception):  # noqa: N818  # it is no programming error: it is the sentence somebody reads
    """Something is wrong with the machine or the data directory; the sentence says what, where and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en

    def sentence(self, language: str) -> str:
        """The sentence in ``language`` (``"zh"`` or ``"en"``)."""
        return self.zh if language == "zh" else self.en


def terminal_language() -> str:
    """The language of the terminal, by the usual variables: ``"zh"`` or ``"en"``.

    >>> terminal_language() in {"zh", "en"}
    True
    """
    for name in ("MINQING_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
