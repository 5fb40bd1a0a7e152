"""Who has to stand where (一格三长三员一警) as data, how long personal data are kept, and how many may be looked at.

Revision ID: 0025
Revises: 0011
"""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE post (
  name text PRIMARY KEY CHECK (name ~ '^[a-z_]{1,40}$'),
  zh text NOT NULL CHECK (length(zh) BETWEEN 1 AND 40),
  en text NOT NULL CHECK (length(en) BETWEEN 1 AND 80),
  role text NOT NULL REFERENCES role
);
CREATE TABLE staffing_rule (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  level text NOT NULL CHECK (level IN ('community', 'compound', 'building', 'unit', 'micro_grid')),
  post text REFERENCES post,
  least integer NOT NULL CHECK (least BETWEEN 0 AND 100),
  party_member boolean NOT NULL DEFAULT false,
  UNIQUE NULLS NOT DISTINCT (level, post, party_member),
  CHECK (post IS NOT NULL OR party_member)
);
COMMENT ON COLUMN staffing_rule.party_member IS 'Counts registered party members among staff and residents.';
CREATE TABLE retention_rule (
  kind text PRIMARY KEY CHECK (kind ~ '^[a-z_]{1,40}$'),
  days integer NOT NULL CHECK (days BETWEEN 1 AND 36500),
  zh text NOT NULL,
  en text NOT NULL
);
INSERT INTO post VALUES
  ('grid_lead', '网格长', 'grid lead', 'grid_lead'),
  ('building_lead', '楼栋长', 'building lead', 'grid_lead'),
  ('unit_lead', '单元长', 'unit lead', 'grid_lead'),
  ('grid_worker', '网格员', 'grid worker', 'grid_worker'),
  ('part_time_worker', '兼职网格员', 'part-time grid worker', 'grid_worker'),
  ('grid_guide', '网格指导员', 'grid guide', 'grid_lead'),
  ('police', '社区民警', 'community police officer', 'department');
INSERT INTO staffing_rule (level, post, least, party_member) VALUES
  ('community', 'police', 1, false), ('community', 'grid_lead', 1, false),
  ('micro_grid', 'grid_worker', 1, false), ('micro_grid', NULL, 1, true);
INSERT INTO retention_rule VALUES
  ('session', 90, '已结束的登录记录', 'sessions that have ended'),
  ('access_token', 365, '已失效的令牌', 'tokens that have ended'),
  ('attempt', 30, '登录失败计数', 'counts of failed log-ins'),
  ('person_left', 1095, '已迁出或离任人员的个人信息', 'personal data of people who have left');
"""

CLOSED = """
CALL protect('post', 'true', '(SELECT whole(''editable''))');
CALL protect('staffing_rule', 'true', '(SELECT whole(''editable''))');
CALL protect('retention_rule', 'true', '(SELECT whole(''editable''))');
"""

FUNCTIONS = {
    "demo_logins()": """
CREATE FUNCTION demo_logins() RETURNS TABLE (login text, role text) LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT a.login, min(s.role) FROM account a JOIN assignment s ON s.person_id = a.person_id AND s.until IS NULL
   WHERE a.demo AND a.active AND EXISTS (SELECT FROM store_setting WHERE name = 'demo' AND value = 'true')
   GROUP BY a.login ORDER BY min((SELECT rank FROM role WHERE name = s.role))
$$""",
    # Two reveals at once may not both be the last of the day, so the account's own lock is held to the end.
    "reveals_today()": """
CREATE FUNCTION reveals_today() RETURNS bigint LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(1919247977, hashtext(me('account')::text));
  RETURN (SELECT count(*) FROM audit_event
    WHERE account_id = me('account') AND action = 'person.revealed'
      AND at >= date_trunc('day', now() AT TIME ZONE 'Asia/Shanghai') AT TIME ZONE 'Asia/Shanghai');
END $$""",
}


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(CLOSED)
    for name, body in FUNCTIONS.items():
        op.execute(body)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO minqing_app")


def downgrade() -> None:
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
    op.execute("DROP TABLE retention_rule, staffing_rule, post")
