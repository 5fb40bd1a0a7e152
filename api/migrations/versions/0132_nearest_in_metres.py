"""The list by distance goes by metres, found along an index.

Revision ID: 0132
Revises: 0131

In degrees, what lies east or west counts as farther than it is (a fifth at 36° north), so that the nearest case was not
first.
"""

from __future__ import annotations

from alembic import op

revision = "0132"
down_revision = "0131"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX issue_spot ON issue USING gist ((geometry::geography))")


def downgrade() -> None:
    op.execute("DROP INDEX issue_spot")
