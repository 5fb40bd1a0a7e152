"""The second factor: six digits that an app on one's phone works out anew every half minute (RFC 6238)."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

import pyotp
import segno

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

STEP_S = 30
DRIFT_STEPS = 1
ISSUER = "民情地图"


def new_secret() -> str:
    """A secret for one account, as the app wants it (base 32)."""
    return pyotp.random_base32()


def address(secret: str, login: str) -> str:
    """The otpauth:// address behind the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def picture(address: str) -> str:
    """The QR code of an otpauth:// address as an SVG in a data: address, drawn here: the secret goes to nobody else."""
    return str(segno.make_qr(address).svg_data_uri(border=2, omitsize=True))


def place(account_id: UUID) -> str:
    """What the sealed secret is bound to (``api.access.keyring``)."""
    return f"credential.totp {account_id}"


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The half-minute whose code this is, within one of now, or None. A step may be used once."""
    current = int(now.timestamp()) // STEP_S
    otp = pyotp.TOTP(secret)
    for step in range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1):
        if hmac.compare_digest(otp.at(step * STEP_S).encode(), code.encode()):
            return step
    return None
