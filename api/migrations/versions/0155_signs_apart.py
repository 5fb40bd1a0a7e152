"""Categories that stand side by side have signs that differ.

Revision ID: 0155
Revises: 0141

Only a sign that nobody has changed since is changed.
"""

from __future__ import annotations

from alembic import op

revision = "0155"
down_revision = "0141"
branch_labels = None
depends_on = None

# category, the sign it had, its own
SIGNS = (
    ("nuisance.fumes", "cloud", "pan"),
    ("facility.fitness", "bench", "dumbbell"),
    ("property.gate", "lock", "gate"),
    ("safety.wiring", "bolt", "wire"),
    ("traffic.dead_car", "car", "wreck"),
    ("care.elderly", "heart", "cane"),
    ("dispute.owners", "people", "ballot"),
)


def upgrade() -> None:
    for code, before, after in SIGNS:
        op.execute(f"UPDATE issue_category SET icon = '{after}' WHERE code = '{code}' AND icon = '{before}'")


def downgrade() -> None:
    for code, before, after in SIGNS:
        op.execute(f"UPDATE issue_category SET icon = '{before}' WHERE code = '{code}' AND icon = '{after}'")
