"""Buildings that a draft adds, removes or corrects go into the places when it is published.

Revision ID: 0035
Revises: 0102

A unit or building that former plans, visits or registered doors still name is not deleted, since "who served building 7
on 1 March?" has to stay answerable: ``gone_on`` says since when nobody lives there, and new drafts no longer see it.
``plan_project`` gives a grid those floors of a unit that the places know; the others follow with the publication.
"""

from __future__ import annotations

from alembic import op

revision = "0035"
down_revision = "0102"
branch_labels = None
depends_on = None

GONE = """
ALTER TABLE unit ADD COLUMN gone_on date;
ALTER TABLE building ADD COLUMN gone_on date;
"""
REWORDED = """
DO $$ DECLARE made text;
BEGIN
  SELECT pg_get_functiondef(oid) INTO STRICT made FROM pg_proc
   WHERE proname = 'plan_project' AND pronamespace = 'public'::regnamespace;
  EXECUTE replace(made, $w${before}$w$, $w${after}$w$);
END $$;
"""
WHOLE = "SELECT wanted, u.id, place, m.owner, m.floors\n"
KNOWN = "SELECT wanted, u.id, place, m.owner, m.floors * int4range(u.floor_lo, u.floor_hi, '[]')\n"


def upgrade() -> None:
    op.execute(GONE)
    op.execute(REWORDED.format(before=WHOLE, after=KNOWN))


def downgrade() -> None:
    op.execute(REWORDED.format(before=KNOWN, after=WHOLE))
    op.execute("ALTER TABLE unit DROP COLUMN gone_on")
    op.execute("ALTER TABLE building DROP COLUMN gone_on")
