"""The same people as for issues."""

from __future__ import annotations

from tests.api.issues.conftest import issues_url, people

__all__ = ["issues_url", "people"]
