"""A deed without a place of its own is read by the auditor of whoever did it; and everybody may know their own post.

Revision ID: 0103
Revises: 0035

A log-in, a new password or a look at a plan happened nowhere, so only an auditor of the whole store saw it: the auditor
of a district saw nothing of the district's own people. Such an event now takes the place of its doer's first post.
Events already written stay as they are: they are chained.

An auditor sees no places, not even the one that they are appointed to; ``name_of_post`` tells that one's name.
"""

from __future__ import annotations

from alembic import op

revision = "0103"
down_revision = "0035"
branch_labels = None
depends_on = None

FIXED = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
CHAINS = 16
WHERE_ITS_DOER_STANDS = """
  IF NEW.place_id IS NULL AND NEW.account_id IS NOT NULL THEN
    SELECT coalesce(p.community_id, p.subdistrict_id, p.district_id) INTO NEW.place_id
      FROM account a JOIN assignment p ON p.person_id = a.person_id
     WHERE a.id = NEW.account_id AND (p.until IS NULL OR p.until > now()) ORDER BY p.since, p.id LIMIT 1;
  END IF;
"""
CHAINED = f"""
CREATE OR REPLACE FUNCTION audit_event_is_chained() RETURNS trigger LANGUAGE plpgsql {FIXED} AS $$
DECLARE own integer := pg_backend_pid() % {CHAINS};
DECLARE before bytea;
BEGIN
  SELECT c INTO NEW.chain FROM (SELECT (own + i) % {CHAINS} AS c FROM generate_series(0, {CHAINS - 1}) AS i) AS chains
   WHERE pg_try_advisory_xact_lock(1635083369, c) LIMIT 1;
  IF NEW.chain IS NULL THEN
    NEW.chain := own;
    PERFORM pg_advisory_xact_lock(1635083369, own);
  END IF;
  SELECT length + 1, head INTO NEW.seq, before FROM audit_chain WHERE chain = NEW.chain FOR UPDATE;
  NEW.at := clock_timestamp();
  NEW.account_id := coalesce(me('account'), NEW.account_id);
  {{place}}
  NEW.hash := sha256(before || convert_to(concat_ws(E'\\t', NEW.chain, NEW.seq,
    (extract(epoch FROM NEW.at) * 1000000)::bigint, coalesce(NEW.account_id::text, ''), NEW.action, NEW.kind,
    NEW.object_id, coalesce(NEW.place_id::text, ''), NEW.address, NEW.reason, NEW.details::text), 'UTF8'));
  UPDATE audit_chain SET length = NEW.seq, head = NEW.hash WHERE chain = NEW.chain;
  RETURN NEW;
END $$;
"""
NAME_OF_POST = f"""
CREATE FUNCTION name_of_post(which uuid) RETURNS text LANGUAGE sql STABLE {FIXED} AS $$
  SELECT coalesce(
    (SELECT name FROM district WHERE id = a.place_id), (SELECT name FROM subdistrict WHERE id = a.place_id),
    (SELECT name FROM community WHERE id = a.place_id), (SELECT name FROM compound WHERE id = a.place_id),
    (SELECT name FROM building WHERE id = a.place_id), (SELECT name FROM unit WHERE id = a.place_id),
    (SELECT name FROM micro_grid WHERE id = a.place_id))
    FROM assignment a WHERE a.id = which AND a.person_id = me('person')
$$;
REVOKE EXECUTE ON FUNCTION name_of_post(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION name_of_post(uuid) TO minqing_app;
"""


def upgrade() -> None:
    op.execute(CHAINED.replace("{place}", WHERE_ITS_DOER_STANDS))
    op.execute(NAME_OF_POST)


def downgrade() -> None:
    op.execute("DROP FUNCTION name_of_post(uuid)")
    op.execute(CHAINED.replace("{place}", ""))
