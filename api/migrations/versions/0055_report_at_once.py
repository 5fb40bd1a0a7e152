"""A report in two trips: one look at everything that decides about it, one writing of everything it leaves.

Revision ID: 0055
Revises: 0062

A phone's report asked the store some seventeen things one after the other; at fifty reports a second the asking cost
more than the answers. ``prepare_report`` puts the same questions (0051, 0053) in one; ``write_report`` leaves the same
rows in one. Neither sees or writes more than the statements did that they replace, and ``issue_event`` still decides
where a case stands.
"""

from __future__ import annotations

from alembic import op

revision = "0055"
down_revision = "0062"
branch_labels = None
depends_on = None

FIXED = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"

PREPARE = f"""
CREATE FUNCTION prepare_report(issue uuid, lon double precision, lat double precision, around_m double precision,
    day date, wanted text, said_kind text, at timestamptz,
    OUT digest bytea, OUT answer jsonb, OUT kind text, OUT severity smallint, OUT proof boolean, OUT active boolean,
    OUT parent text, OUT subdistrict_id uuid, OUT community_id uuid, OUT compound_id uuid, OUT building_id uuid,
    OUT water boolean, OUT grids jsonb, OUT communities jsonb, OUT body_id uuid, OUT body text, OUT body_en text,
    OUT limits jsonb, OUT near jsonb)
  LANGUAGE plpgsql STABLE {FIXED} AS $$
#variable_conflict use_column
BEGIN
  SELECT r.digest, r.answer INTO digest, answer FROM issue_receipt r WHERE r.issue_id = issue;
  IF FOUND THEN RETURN; END IF;
  SELECT c.kind, c.severity, c.proof, c.active, c.parent INTO kind, severity, proof, active, parent
    FROM issue_category c WHERE c.code = wanted;
  SELECT w.subdistrict_id, w.community_id, w.compound_id, w.building_id, w.water, w.grids, w.communities
    INTO subdistrict_id, community_id, compound_id, building_id, water, grids, communities
    FROM where_is(lon, lat, around_m, day) w;
  SELECT b.body_id, b.name, b.name_en INTO body_id, body, body_en
    FROM body_for(wanted, coalesce(said_kind, prepare_report.kind), prepare_report.subdistrict_id,
                  prepare_report.community_id, prepare_report.compound_id) b;
  SELECT coalesce(jsonb_agg(to_jsonb(l)), '[]') INTO limits FROM issue_limit l
   WHERE l.stage = 'verify' AND l.version = (SELECT max(v.version) FROM issue_limit_version v WHERE v.since <= at)
     AND (l.category IS NULL OR l.category IN (wanted, split_part(wanted, '.', 1)));
  SELECT coalesce(jsonb_agg(to_jsonb(n)), '[]') INTO near FROM near_issues(lon, lat, wanted, 50) n;
END $$;
"""
COLUMNS = (
    "id, code, kind, top, category, severity, title, description, address, accuracy_m, located, datum, raw_x, raw_y,"
    " floor, subdistrict_id, community_id, compound_id, building_id, micro_grid_id, place_is_open, source, reported_at,"
    " occurred_at, clock_skew_s, wants_proof, routed_body_id, stage, stage_since, due_at, due_is_provisional,"
    " clock_unit, clock_total_s, clock_spent_s, clock_since, changed_at, split_from"
)
TAKEN = ", ".join(f"r.{column.strip()}" for column in COLUMNS.split(","))
WRITE = f"""
CREATE FUNCTION write_report(said jsonb, party text, payload jsonb, person uuid, name_sealed bytea, phone_sealed bytea,
    phone_digest bytea, phone_tail text, network text, follow_digest bytea, digest bytea, answer jsonb,
    photo_ids uuid[], percents integer[], dues timestamptz[]) RETURNS integer LANGUAGE plpgsql {FIXED} AS $$
#variable_conflict use_column
DECLARE issue uuid := (said->>'id')::uuid;
DECLARE at timestamptz := (said->>'reported_at')::timestamptz;
DECLARE attached integer := 0;
BEGIN
  INSERT INTO issue ({COLUMNS}, geometry)
    SELECT {TAKEN}, ST_SetSRID(ST_MakePoint((said->>'lon')::double precision, (said->>'lat')::double precision), 4326)
      FROM jsonb_populate_record(NULL::issue, said) AS r ON CONFLICT (id) DO NOTHING;
  IF NOT FOUND THEN RETURN -1; END IF;
  INSERT INTO issue_event (issue_id, seq, at, action, account_id, party, status, payload)
    VALUES (issue, 1, at, 'report', me('account'), write_report.party, 'reported', write_report.payload);
  INSERT INTO issue_reporter (issue_id, account_id, person_id, name_sealed, phone_sealed, phone_digest, phone_tail,
      address, follow_digest)
    VALUES (issue, me('account'), person, write_report.name_sealed, write_report.phone_sealed,
            write_report.phone_digest, write_report.phone_tail, network, write_report.follow_digest);
  INSERT INTO issue_receipt VALUES (issue, write_report.digest, write_report.answer);
  INSERT INTO issue_alarm (issue_id, stage_no, stage, percent, action, due_at)
    SELECT issue, 1, 'verify', r.percent, r.action, x.due
      FROM issue_rung r JOIN unnest(percents, dues) AS x(percent, due) ON x.percent = r.percent;
  IF cardinality(photo_ids) > 0 THEN
    PERFORM set_config('app.issue', issue::text, true);
    attached := attach_photos(issue, photo_ids, 'before');
  END IF;
  RETURN attached;
END $$;
"""
READS = "prepare_report(uuid, double precision, double precision, double precision, date, text, text, timestamptz)"
SEALED = ", ".join(["bytea"] * 3)
WHAT = f"jsonb, text, jsonb, uuid, {SEALED}, text, text, bytea, bytea, jsonb, uuid[], integer[], timestamptz[]"
WRITES = f"write_report({WHAT})"
FUNCTIONS = (READS, WRITES)


def upgrade() -> None:
    op.execute(PREPARE)
    op.execute(WRITE)
    op.execute("CREATE INDEX issue_open_geometry ON issue USING gist (geometry) WHERE is_open")
    for function in FUNCTIONS:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO minqing_app")


def downgrade() -> None:
    op.execute("DROP INDEX issue_open_geometry")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
