"""How much one file may cost us: bytes, memory, seconds, rows, columns, vertices."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """The caps on one import; generous for a whole district, far below what hurts a service.

    Attributes:
        file_bytes: size of the file as it comes.
        unpacked_bytes: what an archive may unpack to.
        ratio: how many times its packed size a member may unpack to, beyond the first 10 MiB.
        members: files in an archive.
        memory_bytes: address space of the reading process beyond what its libraries take.
        result_bytes: what the reading process may write.
        rows: rows of one layer.
        columns: columns of one layer.
        layers: layers of one file.
        vertices_each: vertices of one shape (the longest district border has about 20,000).
        vertices: vertices of one layer.
    """

    file_bytes: int = 1024 * MIB
    unpacked_bytes: int = 2048 * MIB
    ratio: int = 150
    members: int = 2_000
    memory_bytes: int = 1024 * MIB
    result_bytes: int = 2048 * MIB
    rows: int = 5_000_000
    columns: int = 1_000
    layers: int = 64
    vertices_each: int = 50_000
    vertices: int = 40_000_000

    def cpu_s(self, size: int) -> int:
        """Seconds of processor for a file of ``size`` bytes: 5, and one more for each 2 MiB."""
        return 5 + size // (2 * MIB)

    def wall_s(self, size: int) -> int:
        """Seconds on the clock for a file of ``size`` bytes, on a machine that has other things to do."""
        return 20 + 6 * self.cpu_s(size)
