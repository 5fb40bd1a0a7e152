"""Waits with the heavy libraries loaded, and forks one confined process for each file that is to be read.

Loading GDAL, pandas and Arrow takes a second; a fork takes a hundredth. The nursery itself never looks at a file.
It is started by ``sandbox`` as ``python -m geo.exchange.nursery FD`` and speaks lines of JSON on that socket.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping

ALLOWED_DRIVERS = ("GPKG", "ESRI Shapefile", "GeoJSON", "KML", "LIBKML", "GPX")
"""All that GDAL may open for us. Everything else is taken out of it before it starts."""

SKIPPED_DRIVERS = (
    "MEM,PCIDSK,PDS4,VICAR,PDF,MBTiles,EEDA,OGCAPI,GDALG,LVBAG,S57,DGN,OGR_VRT,CSV,GML,GeoJSONSeq,ESRIJSON,"
    "TopoJSON,OGR_GMT,SQLite,WAsP,OpenFileGDB,DXF,FlatGeobuf,GeoRSS,VFK,PGDUMP,OSM,GPSBabel,OGR_PDS,WFS,OAPIF,"
    "EDIGEO,Idrisi,ODS,XLSX,Elasticsearch,Carto,AmigoCloud,SXF,Selafin,JML,PLSCENES,CSW,VDV,MVT,NGW,MapML,"
    "GTFS,PMTiles,JSONFG,MiraMonVector,ADBC,AVCBin,AVCE00,AIVector,HTTP,VRT,MapInfo File"
)
"""All the other drivers of this GDAL, as its setting wants them: parted by commas."""

GDAL_SETTINGS = {
    "GDAL_SKIP": SKIPPED_DRIVERS,
    "GDAL_DISABLE_READDIR_ON_OPEN": "TRUE",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".nothing",
    "CPL_LOG": os.devnull,  # what GDAL mutters about a stranger's file is not for our log
    "GDAL_NUM_THREADS": "1",
    "PROJ_NETWORK": "OFF",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "PYTHONWARNINGS": "ignore",
}


def main() -> NoReturn:
    """Serve until the other side hangs up."""
    line = socket.socket(fileno=int(sys.argv[1]))
    _refuse_strange_drivers()
    from geo.exchange import child  # noqa: PLC0415  # loads everything, once, after GDAL's list has been checked

    stream = line.makefile("rw", encoding="utf-8")
    print(json.dumps({"ready": True}), file=stream, flush=True)
    for request in stream:
        asked = json.loads(request)
        print(json.dumps(_serve(asked, child.run)), file=stream, flush=True)
    os._exit(0)


def _refuse_strange_drivers() -> None:
    """Fail closed: a GDAL that still knows more than we allow does not open anything."""
    import pyogrio  # noqa: PLC0415  # GDAL reads its settings when it is loaded

    strange = set(pyogrio.list_drivers()) - set(ALLOWED_DRIVERS)
    if strange:
        sys.exit(f"GDAL still has the drivers {', '.join(sorted(strange))}: add them to SKIPPED_DRIVERS.")


def _serve(asked: Mapping[str, Any], run: Any) -> dict[str, Any]:
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            run(asked)
            status = 0
        except BaseException:  # noqa: BLE001  # the end of the process: whatever it is, the keeper's log should have it
            traceback.print_exc()
        finally:
            os._exit(status)
    return _wait(pid, float(asked["wall_s"]))


def _wait(pid: int, wall_s: float) -> dict[str, Any]:
    until = time.monotonic() + wall_s
    pause = 0.001
    while True:
        ended, status, used = os.wait4(pid, os.WNOHANG)
        if ended:
            return {
                "exit": os.waitstatus_to_exitcode(status),
                "cpu_s": used.ru_utime + used.ru_stime,
                "peak_kib": used.ru_maxrss,
            }
        if time.monotonic() > until:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return {"exit": -signal.SIGXCPU}
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main()
