"""Days as the product reckons them: Beijing's, asked for while a test runs and not when its file is read.

What is asked for just before midnight waits for it: "today" has to be today still when the service hears of it.
"""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta

from api.issues.workdays import BEIJING


def today(lasting: timedelta = timedelta(minutes=2)) -> date:
    """Beijing's day, which goes on for as long as the test needs it."""
    now = datetime.now(BEIJING)
    left = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), BEIJING) - now
    if left < lasting:
        time.sleep(left.total_seconds() + 1)
    return datetime.now(BEIJING).date()


def tomorrow() -> date:
    """The day after."""
    return today() + timedelta(days=1)
