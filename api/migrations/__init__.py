"""The store's shape, step by step; ``upgrade`` brings a database to the newest step.

Numbers: 0001-0009 places and plans, 0010-0019 tiles, 0020-0029 access, then one ten a capability.
"""

from api.migrations.apply import NewerStoreError, downgrade, upgrade

__all__ = ["NewerStoreError", "downgrade", "upgrade"]
