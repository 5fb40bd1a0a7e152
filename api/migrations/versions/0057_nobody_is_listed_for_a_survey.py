"""A closed case whose reporter does not answer puts nobody on the list.

Revision ID: 0057
Revises: 0056

The survey (回访) is the reporter's to give; its clock reminds and warns the office, and ends there. The rung that lists
a body had rung for every closed case after a fortnight.
"""

from __future__ import annotations

from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM issue_step WHERE action = 'list' AND before = 'closed'")
    op.execute("DELETE FROM issue_alarm WHERE stage = 'survey' AND percent > 80 AND rung_at IS NULL")


def downgrade() -> None:
    op.execute("INSERT INTO issue_step VALUES ('list', 'closed', 'closed')")
