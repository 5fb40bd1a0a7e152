"""The keys that seal telephone and ID numbers: one small file beside the store, never in it.

A dump of the store, or its disk, tells no number without this file. Each sealed value says which key it needs and is
bound to its row and column, so that it can not be moved to another person. Rotation adds a key; the old ones stay
until every value has been sealed anew (``./minqing keys rotate``).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VERSION = b"\x01"
NAME_BYTES = 4
NONCE_BYTES = 12
HEAD = len(VERSION) + NAME_BYTES + NONCE_BYTES


class UnsealError(Exception):
    """A sealed value was altered, moved to another row, or sealed with a key that is not in the ring."""


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """The keys by name (8 hexadecimal digits), the one that seals now, and the one for digests."""

    current: str
    keys: Mapping[str, bytes]
    digesting: bytes

    def seal(self, text: str, *, about: str) -> bytes:
        """``text`` sealed with the current key, AES-256-GCM, for the place ``about`` ("person.phone <id>") only."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self.keys[self.current]).encrypt(nonce, text.encode(), about.encode())
        return VERSION + bytes.fromhex(self.current) + nonce + sealed

    def unseal(self, sealed: bytes, *, about: str) -> str:
        """What was sealed.

        Raises:
            UnsealError: altered, moved, or of an unknown key.
        """
        try:
            key = self.keys[self.key_of(sealed)]
            return AESGCM(key).decrypt(sealed[HEAD - NONCE_BYTES : HEAD], sealed[HEAD:], about.encode()).decode()
        except (KeyError, InvalidTag, ValueError) as error:
            raise UnsealError(f"The sealed value of {about} can not be opened.") from error

    def key_of(self, sealed: bytes) -> str:
        """The name of the key that sealed it."""
        return sealed[len(VERSION) : len(VERSION) + NAME_BYTES].hex()

    def digest(self, text: str) -> bytes:
        """A keyed digest by which an equal number is found again without being opened."""
        return hmac.new(self.digesting, text.encode(), hashlib.sha256).digest()

    def rotated(self) -> Keyring:
        """The ring with a new current key; the old ones still open what they sealed."""
        name = secrets.token_hex(NAME_BYTES)
        return Keyring(name, {**self.keys, name: AESGCM.generate_key(256)}, self.digesting)

    def without_old(self) -> Keyring:
        """The ring with its two newest keys: a request that read the ring just before a rotation may still seal."""
        return Keyring(self.current, dict(list(self.keys.items())[-2:]), self.digesting)


def fresh() -> Keyring:
    """A ring with one new key."""
    name = secrets.token_hex(NAME_BYTES)
    return Keyring(name, {name: AESGCM.generate_key(256)}, secrets.token_bytes(32))


def file_in(data_dir: Path) -> Path:
    """Where the ring of a data directory lies."""
    return data_dir / "secrets" / "personal-keys.json"


def read(path: Path) -> Keyring:
    """The ring in ``path``, made on first use.

    Raises:
        Trouble: the file is damaged.
    """
    if not path.exists():
        write(path, fresh(), new=True)
    try:
        stored = json.loads(path.read_text(encoding="ascii"))
        keys = {name: base64.b64decode(key) for name, key in stored["keys"].items()}
        keys[stored["current"]] = keys.pop(stored["current"])  # the current key is the last
        return Keyring(
            stored["current"],
            keys,
            base64.b64decode(stored["digesting"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Trouble(
            f"密钥文件 {path} 已损坏,请从备份恢复;没有它无法读取电话和证件号码。",
            f"The key file {path} is damaged; restore it from a backup. Without it no phone or ID number can be read.",
        ) from error


def write(path: Path, ring: Keyring, *, new: bool = False) -> None:
    """Write the ring so that only its owner may read it, and never half of it; ``new`` yields to a faster process."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = json.dumps(
        {
            "current": ring.current,
            "keys": {name: base64.b64encode(key).decode() for name, key in ring.keys.items()},
            "digesting": base64.b64encode(ring.digesting).decode(),
        }
    )
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        if new:
            os.link(draft, path)
        else:
            draft.replace(path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
