"""What an office keeps of its own: views it comes back to, and what a compound answers to its colour.

Revision ID: 0071
Revises: 0100
"""

from __future__ import annotations

from alembic import op

revision = "0071"
down_revision = "0100"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE saved_view (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  address text NOT NULL CHECK (address ~ '^/[a-z]+\\.html' AND length(address) <= 2000),
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (account_id, name)
);
CREATE TABLE rating_reply (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  compound_id uuid NOT NULL,
  community_id uuid NOT NULL,
  month date NOT NULL,
  version integer NOT NULL,
  account_id uuid NOT NULL,
  words text NOT NULL CHECK (length(words) BETWEEN 1 AND 1000),
  at timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (compound_id, community_id) REFERENCES compound (id, community_id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX rating_reply_compound_id ON rating_reply (compound_id, month);
"""
OWN = "account_id = (SELECT me('account'))"
SEEN = (
    "((SELECT whole('communities')) OR community_id IN (SELECT unnest(scope('communities')))"
    " OR compound_id IN (SELECT unnest(scope('compounds'))))"
)
POLICIES = {"saved_view": (OWN, OWN), "rating_reply": (SEEN, f"{OWN} AND {SEEN}")}


def upgrade() -> None:
    op.execute(TABLES)
    for table, (seen, changed) in POLICIES.items():
        op.execute(f"CALL protect('{table}', $p${seen}$p$, $p${changed}$p$)")
    op.execute("REVOKE UPDATE, DELETE ON rating_reply FROM minqing_app")


def downgrade() -> None:
    op.execute("DROP TABLE rating_reply, saved_view")
