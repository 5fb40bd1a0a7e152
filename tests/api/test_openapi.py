"""Whatever a stranger sends to any address of the OpenAPI, the service answers in its own words and never breaks."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error

from api.access.roles import Role
from api.embedded.cluster import OWNER, Cluster
from api.main import create_app
from api.settings import Settings
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

# What uvicorn says to bytes that are no request (an address of 70,000 characters); the service never sees them.
NO_HTTP = "Invalid HTTP request received."

GEOREPORT = ("application/json", "text/xml")
"""GeoReport v2 has a form of its own for what it refuses."""

EACH = int(os.environ.get("MINQING_QUESTIONS", "6"))
"""Questions made up for an address, beside those of the coverage phase, by as many roles in turn."""

schema = schemathesis.openapi.from_dict(create_app(Settings()).openapi())


@pytest.fixture(scope="module")
def askers(cluster: Cluster, sample_database: str) -> Iterator[dict[str, str]]:
    """The headers of one holder of each role after the other, and of a stranger, round and round; each sees it all."""
    url = cluster.url(OWNER, sample_database)
    return itertools.cycle([*(sign_in(url, role, "store", None) for role in Role), {}])


@schema.parametrize()
@settings(max_examples=EACH, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_address_breaks_whoever_asks(
    case: schemathesis.Case[Any], sample_address: str, askers: Iterator[dict[str, str]]
) -> None:
    response = case.call(base_url=sample_address, headers=next(askers))
    case.validate_response(response, checks=[not_a_server_error])
    if response.status_code >= 400 and case.method != "HEAD" and response.text != NO_HTTP:
        (kind,) = response.headers["content-type"]
        assert kind.startswith(GEOREPORT if case.path.startswith("/open311/") else "application/problem+json")


def test_the_openapi_is_where_the_readme_says(sample_address: str) -> None:
    document = httpx.get(f"{sample_address}/api/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert "/api/health" in document["paths"]
