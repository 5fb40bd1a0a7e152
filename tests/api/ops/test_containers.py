"""What ``compose.yaml`` and ``Dockerfile`` say is held to what there is: no container engine runs these tests.

Every path that is copied exists, the command is one of ours, every variable is a setting, the store's options are
options of PostgreSQL, and each health check tells a service that answers from one that does not.
"""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import yaml

from api.settings import ROOT, Settings
from tests.api.ops.house import free_port, minqing

if TYPE_CHECKING:
    from api.embedded.cluster import Cluster

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
STORE, SERVICE = COMPOSE["services"]["store"], COMPOSE["services"]["service"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OTHERS = {"PYTHONPATH", "PYTHONUNBUFFERED", "NUMBA_CACHE_DIR"}


def test_everything_the_image_copies_is_there() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = [word for line in copied for word in line.split()]
    assert len(sources) >= 5
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_the_image_runs_our_own_up() -> None:
    found = re.search(r"^CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)
    assert found is not None
    python, dash_m, module, command, *options = yaml.safe_load(found[1])
    assert (python, dash_m, module) == ("python", "-m", "api.cli")
    known = minqing(command, "--help").stdout
    assert [option for option in options if option.startswith("--") and option not in known] == []


def test_every_variable_is_a_setting() -> None:
    given = set(re.findall(r"\b([A-Z_]+)=", " ".join(re.findall(r"^ENV (.+)$", DOCKERFILE, re.MULTILINE))))
    given |= set(SERVICE["environment"])
    ours = {f"MINQING_{name.upper()}" for name in Settings.model_fields} | {"DATABASE_URL"}
    assert given - OTHERS - ours == set()
    example = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text(encoding="utf-8"))) <= example


def test_the_stores_options_are_options_of_postgresql(database_url: str) -> None:
    options = dict(word.split("=", 1) for word in STORE["command"] if "=" in word)
    assert options
    with psycopg.connect(database_url) as connection:
        for name, value in options.items():
            unit = connection.execute("SELECT unit, context FROM pg_settings WHERE name = %s", [name]).fetchone()
            assert unit is not None, name
            if unit[1] == "user":
                connection.execute("SELECT set_config(%s, %s, true)", [name, value])


def test_the_store_counts_as_healthy_when_it_answers(cluster: Cluster) -> None:
    program, *options = STORE["healthcheck"]["test"][1:]
    command = [cluster.binaries.program(program), *options]
    asked = [
        subprocess.run([*command, f"--host={place}"], capture_output=True, check=False).returncode
        for place in (cluster.sockets, "/nowhere")
    ]
    assert (asked[0], asked[1] != 0) == (0, True)


def test_the_service_counts_as_healthy_when_it_answers(sample_address: str) -> None:
    kind, program, *words = SERVICE["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "python")
    inside = "http://127.0.0.1:8000"
    assert inside in words[-1]

    def asked(address: str) -> int:
        line = [word.replace(inside, address) for word in words]
        return subprocess.run([sys.executable, *line], capture_output=True, check=False).returncode

    assert asked(sample_address.rstrip("/")) == 0
    assert asked(f"http://127.0.0.1:{free_port()}") != 0


@pytest.mark.parametrize("service", [STORE, SERVICE], ids=["store", "service"])
def test_nothing_is_killed_before_it_had_time_to_write(service: dict[str, Any]) -> None:
    assert service["stop_grace_period"] == "60s"
    assert service["mem_limit"]
    assert service["restart"] == "unless-stopped"
