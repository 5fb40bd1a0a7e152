"""Every abuse case names the tests that show it, and each of them exists."""

from __future__ import annotations

import re

from api.settings import ROOT

NAMED = re.compile(r"`((?:[a-z_]+/)*test_[a-z_]+\.py)::(test_\w+)`")


def test_every_test_that_the_list_of_threats_names_exists() -> None:
    named = NAMED.findall((ROOT / "docs" / "threats.md").read_text(encoding="utf-8"))
    assert len(named) > 40
    tests = ROOT / "tests"
    for path, test in named:
        file = tests / path if path.startswith("geo/") else tests / "api" / path
        assert re.search(rf"def {test}\(", file.read_text(encoding="utf-8")), f"{path}::{test}"
