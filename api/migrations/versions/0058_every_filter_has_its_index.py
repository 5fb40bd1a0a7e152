"""The list's rarer filters and its order by last change find their first page without reading everything.

Revision ID: 0058
Revises: 0057

A filter that hardly any of a million cases fits read them all before it could show an empty page; so did the order by
the last change, which nothing was sorted by.
"""

from __future__ import annotations

from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

INDEXES = {
    "issue_changed": "(changed_at DESC, id DESC)",
    "issue_source_new": "(source, reported_at DESC, id DESC)",
    "issue_reworked_new": "(reported_at DESC, id DESC) WHERE reworks > 0",
    "issue_asked_new": "(reported_at DESC, id DESC) WHERE place_is_open",
}


def upgrade() -> None:
    for name, what in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON issue {what}")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
