"""Live streams that end with the session they were opened by.

A stream looks at the store through ``api.database.fresh_look`` whenever it has something to tell; each look is admitted
anew. ``while_admitted`` turns the first refusal into a last word, so that a page whose session was ended elsewhere, or
whose holder has just lost the post, is told so instead of being left with a broken line.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from api.errors import ForbiddenError, NotFoundError, UnauthenticatedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ENDED = "ended"


async def while_admitted(events: AsyncIterator[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
    """The events of a stream for as long as its asker may see them; then one event ``ended``, and the stream closes."""
    try:
        async for event in events:
            yield event
    except (UnauthenticatedError, ForbiddenError, NotFoundError) as refusal:
        yield {"event": ENDED, "data": json.dumps({"status": refusal.status})}
