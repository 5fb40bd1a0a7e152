"""How much may be reported without an account: by telephone number and by network, so that nobody floods a street.

A replay of a report that is known already costs nothing; it gets its first answer before anything is counted.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from api.errors import TooManyError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.keyring import Keyring

SPEND = text("SELECT spend_quota(:key, :period, :most)")
PHONE_A_DAY = 10
NETWORK_AN_HOUR = 60
PHOTOS_AN_HOUR = 200
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


async def charge(session: AsyncSession, ring: Keyring, network: str, phone: str) -> None:
    """Count one report of a stranger.

    Raises:
        TooManyError: the number, or the network, has reported enough for now.
    """
    digits = "".join(c for c in phone if c.isdigit())
    if digits:
        await _spend(session, ring.digest(f"quota phone {digits}"), DAY, PHONE_A_DAY)
    await _spend(session, hashlib.sha256(f"network {network}".encode()).digest(), HOUR, NETWORK_AN_HOUR)


async def charge_photo(session: AsyncSession, network: str) -> None:
    """Count one photo of a stranger.

    Raises:
        TooManyError: the network has sent enough for now.
    """
    await _spend(session, hashlib.sha256(f"photos {network}".encode()).digest(), HOUR, PHOTOS_AN_HOUR)


async def _spend(session: AsyncSession, key: bytes, period: timedelta, most: int) -> None:
    wait = float((await session.execute(SPEND, {"key": key, "period": period, "most": most})).scalar_one())
    if wait > 0:
        minutes = max(1, round(wait / 60))
        raise TooManyError(
            f"上报次数已达上限,请约 {minutes} 分钟后再报,或拨打社区电话。内容会保留在手机里。",
            f"Enough has been reported for now; try again in about {minutes} minutes, or call the community.",
            seconds=wait,
        )
