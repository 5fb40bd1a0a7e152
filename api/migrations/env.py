"""What Alembic runs: each migration in its own transaction on the connection it is handed.

A migration that is killed leaves the store at the step before it, and the next start goes on from there.
"""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
