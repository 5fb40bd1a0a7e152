"""The file that the browser's verbs are held against is what the service's verbs do today."""

from __future__ import annotations

from tests.geo.topology.vectors import FILE, written


def test_the_vectors_are_what_the_verbs_do_today() -> None:
    """Where this fails after a change of a verb: ``python -m tests.geo.topology.vectors``, then vitest."""
    assert FILE.read_text(encoding="utf-8") == written()
