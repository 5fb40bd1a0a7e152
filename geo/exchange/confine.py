"""Shuts a process in before it opens a stranger's file: no network, no new programs, no files but its own folder.

Landlock and seccomp are the kernel's own and need no privilege, so they hold for an ordinary user too. Where the
kernel lacks one, ``confine`` says so in its answer; the allow-list of formats, the limits and the emptied ``socket``
module still hold there.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_LANDLOCK_CREATE, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT = 444, 445, 446
_READ_ONLY = 0b1101  # execute (libraries are mapped so), read file, read folder
_ALL_OF_VERSION = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF}  # refer came with 2, truncate with 3

# socket, connect, bind, execve, execveat, ptrace, process_vm_writev, io_uring_setup
_REFUSED_CALLS = {
    "x86_64": (0xC000003E, (41, 42, 49, 59, 322, 101, 311, 425)),
    "aarch64": (0xC00000B7, (198, 203, 200, 221, 281, 117, 271, 425)),
}
_ALLOW, _EPERM = 0x7FFF0000, 0x00050001


@dataclass(frozen=True, slots=True)
class Confinement:
    """What the kernel itself enforces on the reading process."""

    files: bool
    network: bool


def confine(folder: Path, *, memory_bytes: int, cpu_s: int, file_bytes: int) -> Confinement:
    """Shut this process in; there is no way back.

    Args:
        folder: the only place it may write, and beside the libraries the only one it may read.
        memory_bytes: address space it may take on top of what it has.
        cpu_s: seconds of processor; then the kernel kills it.
        file_bytes: the largest file it may write.
    """
    _limit(memory_bytes, cpu_s, file_bytes)
    socket.socket = _no_network  # type: ignore[assignment, misc] # a sentence instead of a bare EPERM
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return Confinement(files=_landlock(libc, folder), network=_seccomp(libc))


def _no_network(*_args: object, **_options: object) -> NoReturn:
    raise PermissionError("A file is being read: there is no network here.")


def _limit(memory_bytes: int, cpu_s: int, file_bytes: int) -> None:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0]) if sys.platform == "linux" else 0
    taken = pages * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + memory_bytes,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a full quota becomes an error, not a death


class _RulesetAttribute(ctypes.Structure):
    _fields_ = (("handled_access_fs", ctypes.c_uint64),)


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def _landlock(libc: ctypes.CDLL, folder: Path) -> bool:
    version = libc.syscall(_LANDLOCK_CREATE, None, 0, 1)
    if version < 1:
        return False
    everything = _ALL_OF_VERSION[min(version, 3)]
    attribute = _RulesetAttribute(everything)
    rules = libc.syscall(_LANDLOCK_CREATE, ctypes.byref(attribute), ctypes.sizeof(attribute), 0)
    if rules < 0:
        return False
    for place, access in ((folder, everything), *((library, _READ_ONLY) for library in _libraries())):
        here = os.open(place, os.O_PATH | os.O_CLOEXEC)
        libc.syscall(_LANDLOCK_ADD_RULE, rules, 1, ctypes.byref(_PathBeneath(access, here)), 0)
        os.close(here)
    done: int = libc.syscall(_LANDLOCK_RESTRICT, rules, 0)
    os.close(rules)
    return done == 0


def _libraries() -> list[Path]:
    """Where Python and its packages lie: nothing there is secret, and imports may come late."""
    house = Path(__file__).parents[2] / "geo"
    places = {Path(sys.prefix), Path(sys.base_prefix) / "lib", Path("/usr/lib"), Path("/lib"), Path("/lib64"), house}
    places |= {Path("/usr/share/zoneinfo"), Path("/dev/null"), Path("/dev/urandom"), Path("/proc/self")}
    return [place for place in places if place.exists()]


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_ushort), ("jt", ctypes.c_ubyte), ("jf", ctypes.c_ubyte), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.POINTER(_Instruction)))


def _seccomp(libc: ctypes.CDLL) -> bool:
    """A filter that answers EPERM to the listed calls; other architectures' calls are refused altogether."""
    if platform.machine() not in _REFUSED_CALLS:
        return False
    audit, refused = _REFUSED_CALLS[platform.machine()]
    load, equal, give = 0x20, 0x15, 0x06
    steps = [_Instruction(load, 0, 0, 4), _Instruction(equal, 1, 0, audit), _Instruction(give, 0, 0, _EPERM)]
    steps.append(_Instruction(load, 0, 0, 0))
    steps += [_Instruction(equal, len(refused) - n, 0, call) for n, call in enumerate(refused)]
    steps += [_Instruction(give, 0, 0, _ALLOW), _Instruction(give, 0, 0, _EPERM)]
    program = _Program(len(steps), (_Instruction * len(steps))(*steps))
    done: int = libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)
    return done == 0
