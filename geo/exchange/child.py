"""What happens inside the confined process: recognise the file, read it, leave its layers and one line of verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import UnreadableFileError
from geo.exchange import refusals
from geo.exchange.confine import confine
from geo.exchange.limits import Limits
from geo.exchange.readers import read
from geo.exchange.sink import Sink

if TYPE_CHECKING:
    from collections.abc import Mapping

VERDICT = "verdict.json"
SUFFIX = ".arrow"


def run(asked: Mapping[str, Any]) -> None:
    """Read one file; called in a fresh fork, which ends afterwards."""
    folder, name = Path(asked["folder"]), str(asked["name"])
    limits = Limits(**asked["limits"])
    held = confine(
        folder,
        memory_bytes=limits.memory_bytes,
        cpu_s=int(asked["cpu_s"]),
        file_bytes=max(limits.result_bytes, limits.unpacked_bytes),
    )
    verdict: dict[str, Any] = {"files_confined": held.files, "network_confined": held.network}
    try:
        sink = Sink(folder, name, limits)
        read(folder / asked["file"], sink)
        if not sink.rows:
            raise refusals.empty(name)
        verdict["layers"] = [path.name for path in sink.written]
    except UnreadableFileError as error:
        verdict["refusal"] = _plain(error)
    except MemoryError:
        verdict["refusal"] = _plain(refusals.out_of_means(name, "内存", "memory"))
    except RecursionError:
        verdict["refusal"] = _plain(refusals.gave_up(name))
    (folder / VERDICT).write_text(json.dumps(verdict), encoding="utf-8")


def _plain(error: UnreadableFileError) -> dict[str, str]:
    return {"code": error.refusal.code, "zh": error.refusal.zh, "en": error.refusal.en}
