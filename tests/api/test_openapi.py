"""Whatever a stranger sends to any address of the OpenAPI, the service answers in its own words and never breaks."""

from __future__ import annotations

from typing import Any

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

# What uvicorn says to bytes that are no request (an address of 70,000 characters); the service never sees them.
NO_HTTP = "Invalid HTTP request received."

schema = schemathesis.openapi.from_dict(create_app(Settings()).openapi())


@pytest.fixture(scope="module")
def planner(cluster: Cluster, sample_database: str) -> dict[str, str]:
    """The headers of somebody who may change what there is to change."""
    return sign_in(cluster.url(OWNER, sample_database), Role.PLANNER, "store", None)


@schema.parametrize()
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_address_breaks(case: schemathesis.Case[Any], sample_address: str, planner: dict[str, str]) -> None:
    response = case.call(base_url=sample_address, headers=planner)
    case.validate_response(response, checks=[not_a_server_error])
    if response.status_code >= 400 and case.method != "HEAD" and response.text != NO_HTTP:
        assert response.headers["content-type"] == ["application/problem+json"]


def test_the_openapi_is_where_the_readme_says(sample_address: str) -> None:
    document = httpx.get(f"{sample_address}/api/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert "/api/health" in document["paths"]
