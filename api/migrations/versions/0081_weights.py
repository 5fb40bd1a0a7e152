"""What the planner weighs in a run of the machine: multiples of the usual weights, by name; null for the usual."""

from __future__ import annotations

from alembic import op

revision = "0081"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a run keep its weights."""
    op.execute("ALTER TABLE plan_run ADD COLUMN weights jsonb CHECK (jsonb_typeof(weights) = 'object')")


def downgrade() -> None:
    """Forget them."""
    op.execute("ALTER TABLE plan_run DROP COLUMN weights")
