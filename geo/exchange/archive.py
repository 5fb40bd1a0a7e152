"""Unpacks a zip that a stranger packed: nothing outside its folder, nothing absurdly large, no locks, no links."""

from __future__ import annotations

import gzip
import shutil
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from geo.exchange import refusals
from geo.exchange.limits import MIB, Limits

if TYPE_CHECKING:
    from pathlib import Path

GRACE_BYTES = 10 * MIB  # small files may compress as well as they like
ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Member:
    """One unpacked file: its path in the archive, and where it lies now."""

    name: PurePosixPath
    path: Path


def unpack(archive: Path, into: Path, name: str, limits: Limits) -> tuple[Member, ...]:
    """Unpack ``archive`` into the folder ``into`` under plain names.

    Returns:
        The files, in the archive's order.

    Raises:
        UnreadableFileError: for traversal, bombs, passwords, links and damage, before anything is unpacked
            where the directory of the archive tells, else at the first byte too many.
    """
    try:
        with zipfile.ZipFile(archive) as packed:
            members = [member for member in packed.infolist() if not member.is_dir()]
            _refuse(members, name, limits)
            return tuple(_extract(packed, member, into / f"{n:04d}", name) for n, member in enumerate(members))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise refusals.broken(name, "zip") from error


def gunzip(packed: Path, into: Path, name: str, limits: Limits) -> Path:
    """Unpack a .gz of one file, up to the cap.

    Raises:
        UnreadableFileError: for a bomb or damage.
    """
    most = min(limits.unpacked_bytes, GRACE_BYTES + limits.ratio * packed.stat().st_size)
    target = into / packed.stem
    try:
        with gzip.open(packed) as source, target.open("wb") as sink:
            while chunk := source.read(MIB):
                sink.write(chunk)
                if sink.tell() > most:
                    raise refusals.bomb(name, target.name)
    except (OSError, EOFError, zlib.error) as error:
        raise refusals.broken(name, "gzip") from error
    return target


def member_name(member: zipfile.ZipInfo) -> str:
    """The name as its packer meant it: Chinese Windows writes GBK without saying so."""
    utf8 = 0x800
    if member.flag_bits & utf8:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def _refuse(members: list[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    if len(members) > limits.members:
        raise refusals.too_large(f"{name} 的文件数", f"Files in {name}", len(members), limits.members)
    for member in members:
        path = PurePosixPath(member_name(member).replace("\\", "/"))
        windows_drive = len(path.parts) > 0 and path.parts[0].endswith(":")
        link = stat.S_ISLNK(member.external_attr >> 16)
        if path.is_absolute() or ".." in path.parts or windows_drive or link:
            raise refusals.unsafe_member(name, str(path))
        if member.flag_bits & ENCRYPTED:
            raise refusals.locked(name)
        if member.file_size > GRACE_BYTES + limits.ratio * member.compress_size:
            raise refusals.bomb(name, str(path))
    total = sum(member.file_size for member in members)
    if total > limits.unpacked_bytes:
        raise refusals.too_large(f"{name} 解压后的字节数", f"Bytes unpacked from {name}", total, limits.unpacked_bytes)


def _extract(packed: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, name: str) -> Member:
    """Each member gets a folder of its own number, so that names can neither collide nor escape."""
    folder.mkdir()
    inside = PurePosixPath(member_name(member).replace("\\", "/"))
    target = folder / f"file{inside.suffix.lower()[:12]}"
    with packed.open(member) as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink, MIB)  # zipfile itself stops at the declared size and checks the CRC
    if target.stat().st_size > member.file_size:
        raise refusals.bomb(name, str(inside))
    return Member(inside, target)
