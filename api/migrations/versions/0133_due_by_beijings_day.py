"""A plan of rounds begins on Beijing's day: before eight in the morning a new one was late at once.

Revision ID: 0133
Revises: 0132
"""

from __future__ import annotations

from alembic import op

revision = "0133"
down_revision = "0132"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE patrol_plan ALTER COLUMN since SET DEFAULT (now() AT TIME ZONE 'Asia/Shanghai')::date")


def downgrade() -> None:
    op.execute("ALTER TABLE patrol_plan ALTER COLUMN since SET DEFAULT CURRENT_DATE")
