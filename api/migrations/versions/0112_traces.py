"""What a person leaves behind outside their own row: told when they ask for it, taken away when they are forgotten.

Revision ID: 0112
Revises: 0111

Forgetting took a person's name and numbers and left the account with its name, the places where it had been logged in,
and the telephone in each report. ``held_about`` tells what there is, to whoever manages the person; ``erase_traces``
takes it away, for a person who is forgotten in the same transaction. Nobody is forgotten who still serves, so that a
rule of retention does not reach somebody who has come back.
"""

from __future__ import annotations

from alembic import op

revision = "0112"
down_revision = "0111"
branch_labels = None
depends_on = None

FIXED = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
GONE = """name = '已删除', floor_id = NULL, party_member = false, phone_sealed = NULL, phone_digest = NULL,
    phone_tail = '', id_number_sealed = NULL, id_number_digest = NULL, id_number_tail = '', erased_at = now()"""
SERVES = "EXISTS (SELECT FROM assignment a WHERE a.person_id = {who} AND (a.until IS NULL OR a.until > now()))"
# A report without an account belongs to whoever's number was given with it.
REPORTED = """(r.person_id = whose OR r.account_id IN (SELECT a.id FROM account a WHERE a.person_id = whose)
    OR (r.account_id IS NULL AND r.phone_digest = of_number))"""
MINE = """EXISTS (SELECT FROM person p WHERE p.id = whose
    AND ((SELECT whole('managed')) OR p.community_id IN (SELECT unnest(scope('managed')))))"""

FUNCTIONS = {
    "serves_somewhere(uuid)": f"""
CREATE FUNCTION serves_somewhere(whose uuid) RETURNS boolean LANGUAGE sql STABLE {FIXED} AS $$
  SELECT {SERVES.format(who="whose")}
$$""",
    "held_about(uuid, bytea)": f"""
CREATE FUNCTION held_about(whose uuid, of_number bytea) RETURNS jsonb LANGUAGE plpgsql STABLE {FIXED} AS $$
BEGIN
  IF NOT ({MINE} OR may_manage(whose)) THEN RETURN '{{}}'; END IF;
  RETURN jsonb_build_object(
    'sessions', (SELECT coalesce(jsonb_agg(jsonb_build_object('device', s.device, 'address', s.address,
        'created_at', s.created_at, 'seen_at', s.seen_at, 'ended_at', s.ended_at) ORDER BY s.created_at), '[]')
      FROM session s JOIN account a ON a.id = s.account_id WHERE a.person_id = whose),
    'tokens', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', t.name, 'scopes', t.scopes,
        'created_at', t.created_at, 'expires_at', t.expires_at) ORDER BY t.created_at), '[]')
      FROM access_token t JOIN account a ON a.id = t.account_id WHERE a.person_id = whose),
    'patrols', (SELECT coalesce(jsonb_agg(jsonb_build_object('started_at', p.started_at, 'ended_at', p.ended_at,
        'length_m', p.length_m, 'fixes', p.fixes) ORDER BY p.started_at), '[]')
      FROM patrol p WHERE p.person_id = whose),
    'reports', (SELECT coalesce(jsonb_agg(jsonb_build_object('issue_id', i.id, 'code', i.code, 'title', i.title,
        'description', i.description, 'reported_at', i.reported_at, 'name', encode(r.name_sealed, 'hex'),
        'phone', encode(r.phone_sealed, 'hex'), 'email', encode(g.email_sealed, 'hex')) ORDER BY i.reported_at), '[]')
      FROM issue_reporter r JOIN issue i ON i.id = r.issue_id LEFT JOIN issue_georeport g ON g.issue_id = r.issue_id
     WHERE {REPORTED}));
END $$""",
    "erase_traces(uuid, bytea)": f"""
CREATE FUNCTION erase_traces(whose uuid, of_number bytea) RETURNS void LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM person p WHERE p.id = whose AND p.erased_at = now()) THEN RETURN; END IF;
  UPDATE issue_georeport g SET email_sealed = NULL, device_id = ''
    FROM issue_reporter r WHERE r.issue_id = g.issue_id AND {REPORTED};
  UPDATE issue_reporter r SET name_sealed = NULL, phone_sealed = NULL, phone_digest = NULL, phone_tail = '',
    address = '' WHERE {REPORTED};
  DELETE FROM patrol_batch b USING patrol p WHERE p.id = b.patrol_id AND p.person_id = whose;
  DELETE FROM patrol_track t USING patrol p WHERE p.id = t.patrol_id AND p.person_id = whose;
  DELETE FROM session s USING account a WHERE a.id = s.account_id AND a.person_id = whose;
  DELETE FROM access_token t USING account a WHERE a.id = t.account_id AND a.person_id = whose;
  DELETE FROM credential c USING account a WHERE a.id = c.account_id AND a.person_id = whose;
  UPDATE account SET active = false, login = 'erased-' || id WHERE person_id = whose;
END $$""",
}
LEFT = f"""
CREATE OR REPLACE FUNCTION forget_person_left(before timestamptz) RETURNS bigint LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  touched bigint := 0;
  one record;
BEGIN
  FOR one IN SELECT p.id, p.phone_digest FROM person p
    WHERE p.left_at < before AND p.erased_at IS NULL AND NOT {SERVES.format(who="p.id")}
  LOOP
    UPDATE person SET {GONE} WHERE id = one.id;
    PERFORM erase_traces(one.id, one.phone_digest);
    touched := touched + 1;
  END LOOP;
  RETURN touched;
END $$;
"""
BEFORE = f"""
CREATE OR REPLACE FUNCTION forget_person_left(before timestamptz) RETURNS bigint LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE touched bigint;
BEGIN
  UPDATE person SET {GONE} WHERE left_at < before AND erased_at IS NULL;
  GET DIAGNOSTICS touched = ROW_COUNT;
  RETURN touched;
END $$;
"""


def upgrade() -> None:
    for name, body in FUNCTIONS.items():
        op.execute(body)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO minqing_app")
    op.execute(LEFT)


def downgrade() -> None:
    op.execute(BEFORE)
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
