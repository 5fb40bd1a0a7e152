"""The rules of 红黄蓝 and 红黑榜 as data with a version and the day from which each holds.

Revision ID: 0074
Revises: 0064

A colour of March is always made by the rule of March: rules are added, never changed.
"""

from __future__ import annotations

from alembic import op

revision = "0074"
down_revision = "0064"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE assessment_rule (
  version integer PRIMARY KEY CHECK (version > 0),
  since date NOT NULL UNIQUE,
  late_most real NOT NULL DEFAULT 40 CHECK (late_most BETWEEN 0 AND 100),
  open_most real NOT NULL DEFAULT 30 CHECK (open_most BETWEEN 0 AND 100),
  again_most real NOT NULL DEFAULT 20 CHECK (again_most BETWEEN 0 AND 100),
  often_most real NOT NULL DEFAULT 10 CHECK (often_most BETWEEN 0 AND 100),
  blue real NOT NULL DEFAULT 85,
  yellow real NOT NULL DEFAULT 60,
  fewest_for_red integer NOT NULL DEFAULT 3 CHECK (fewest_for_red >= 1),
  red_from real NOT NULL DEFAULT 90,
  black_below real NOT NULL DEFAULT 70,
  fewest_handled integer NOT NULL DEFAULT 3 CHECK (fewest_handled >= 1),
  CHECK (yellow < blue AND black_below < red_from),
  CHECK (late_most + open_most + again_most + often_most = 100)
);
COMMENT ON TABLE assessment_rule IS 'What colours and lists are made by, from a day on; added, never changed.';
INSERT INTO assessment_rule (version, since) VALUES (1, '2000-01-01');
CALL protect('assessment_rule', 'true', '(SELECT whole(''editable''))');
REVOKE UPDATE, DELETE ON assessment_rule FROM minqing_app;
"""


def upgrade() -> None:
    """Make the table, with the first rule as it has always been."""
    op.execute(TABLE)


def downgrade() -> None:
    """Rules are constants again."""
    op.execute("DROP TABLE assessment_rule")
