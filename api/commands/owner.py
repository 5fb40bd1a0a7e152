"""Opens the store of a data directory for the commands that keep accounts, keys and the audit."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from api.commands.options import chosen
from api.operations import data_dir, store
from api.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.operations.store import Store


@contextmanager
def as_owner(data_directory: Path | None) -> Iterator[Store]:
    """The store of a data directory, awake, whether or not the service runs.

    Raises:
        Trouble: there are no data yet.
    """
    settings = chosen(data_dir=data_directory)
    data = data_dir.look(settings.data_dir)
    if data is None:
        raise Trouble(f"{settings.data_dir} 里还没有数据。", f"There are no data in {settings.data_dir} yet.")
    with store.awake(settings, data) as found:
        yield found
