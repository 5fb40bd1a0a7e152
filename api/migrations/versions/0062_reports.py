"""Hours of patrol by community, and weekly reports: who ordered them, and those that were made.

Revision ID: 0062
Revises: 0061
"""

from __future__ import annotations

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE report_order (
  account_id uuid PRIMARY KEY REFERENCES account ON DELETE CASCADE,
  language text NOT NULL CHECK (language IN ('zh', 'en')),
  since timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE weekly_report (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  week date NOT NULL CHECK (extract(isodow FROM week) = 1),
  made_at timestamptz NOT NULL DEFAULT now(),
  pdf bytea NOT NULL,
  UNIQUE (account_id, week)
);
COMMENT ON TABLE report_order IS 'Who wants a report every Monday; it is made with what that account may see.';
"""
FIXED = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"

# The worker takes on whoever ordered a report, and nobody else. Hours are told to those who see the community's cases.
DOORS = f"""
CREATE FUNCTION reports_due(monday date) RETURNS TABLE (account_id uuid, language text)
LANGUAGE sql STABLE {FIXED} AS $$
  SELECT o.account_id, o.language FROM report_order o JOIN account a ON a.id = o.account_id AND a.active
   WHERE NOT EXISTS (SELECT FROM weekly_report w WHERE w.account_id = o.account_id AND w.week = monday)
   ORDER BY o.since
$$;
CREATE FUNCTION enter_for_report(account uuid) RETURNS boolean LANGUAGE plpgsql {FIXED} AS $$
DECLARE person uuid;
BEGIN
  SELECT a.person_id INTO person FROM report_order o JOIN account a ON a.id = o.account_id
   WHERE o.account_id = account AND a.active;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM take_on(account, person);
  RETURN true;
END $$;
CREATE FUNCTION patrol_hours(first date, last date) RETURNS TABLE (community_id uuid, hours double precision)
LANGUAGE sql STABLE {FIXED} AS $$
  SELECT p.community_id, sum(extract(epoch FROM least(coalesce(p.ended_at, now()), p.started_at + interval '12 hours')
      - p.started_at))::double precision / 3600
    FROM patrol p
   WHERE p.started_at >= first::timestamp AT TIME ZONE 'Asia/Shanghai'
     AND p.started_at < (last + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
     AND (staff_everywhere() OR p.community_id IN (SELECT unnest(staff_places())))
   GROUP BY 1
$$;
"""
OPEN = ("reports_due(date)", "enter_for_report(uuid)", "patrol_hours(date, date)")
OWN = "account_id = (SELECT me('account'))"


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(DOORS)
    for table in ("report_order", "weekly_report"):
        op.execute(f"CALL protect('{table}', $p${OWN}$p$, $p${OWN}$p$)")
    for function in OPEN:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO minqing_app")


def downgrade() -> None:
    for function in OPEN:
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP TABLE weekly_report, report_order")
