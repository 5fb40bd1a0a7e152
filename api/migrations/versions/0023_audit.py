"""What was done, by whom, where and why: written once, chained by hashes, never changed.

Revision ID: 0023
Revises: 0030

Sixteen chains grow side by side: a transaction takes the first chain nobody is writing to, so writers do not queue
behind one head. Each event carries the SHA-256 of the event before it and of itself; ``audit_chain`` keeps the heads.
The service may add events and read those of an auditor's places; it can not change or remove one, nor choose who did
it or when. Events name things by id; what was in them stays where it was.
"""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0030"
branch_labels = None
depends_on = None

CHAINS = 16

TABLES = """
CREATE TABLE audit_chain (
  chain integer PRIMARY KEY,
  length bigint NOT NULL DEFAULT 0,
  head bytea NOT NULL DEFAULT '\\x'
);
CREATE TABLE audit_event (
  chain integer NOT NULL,
  seq bigint NOT NULL,
  at timestamptz NOT NULL,
  account_id uuid,
  action text NOT NULL CHECK (action ~ '^[a-z_]+\\.[a-z_]+$'),
  kind text NOT NULL DEFAULT '' CHECK (kind ~ '^[a-z_]{0,40}$'),
  object_id text NOT NULL DEFAULT '' CHECK (object_id ~ '^[A-Za-z0-9_.:/-]{0,200}$'),
  place_id uuid,
  address text NOT NULL DEFAULT '' CHECK (address ~ '^[0-9a-f.:/]{0,64}$'),
  reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 400 AND reason !~ '[[:cntrl:]\\\\]'),
  details jsonb NOT NULL DEFAULT '{}' CHECK (length(details::text) <= 4000),
  hash bytea NOT NULL,
  PRIMARY KEY (chain, seq)
);
CREATE INDEX audit_event_at ON audit_event (at);
CREATE INDEX audit_event_account ON audit_event (account_id, at);
CREATE INDEX audit_event_object ON audit_event (object_id, at);
CREATE INDEX audit_event_place ON audit_event (place_id, at);
"""

# The words of an event, tab by tab: exactly what COPY prints for the same columns, so that a verifier outside the
# store (api/access/ledger.py) reads them without asking the store to spell.
CHAINED = f"""
CREATE FUNCTION audit_event_is_chained() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
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
  NEW.hash := sha256(before || convert_to(concat_ws(E'\\t', NEW.chain, NEW.seq,
    (extract(epoch FROM NEW.at) * 1000000)::bigint, coalesce(NEW.account_id::text, ''), NEW.action, NEW.kind,
    NEW.object_id, coalesce(NEW.place_id::text, ''), NEW.address, NEW.reason, NEW.details::text), 'UTF8'));
  UPDATE audit_chain SET length = NEW.seq, head = NEW.hash WHERE chain = NEW.chain;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_event_is_chained BEFORE INSERT ON audit_event
  FOR EACH ROW EXECUTE FUNCTION audit_event_is_chained();

CREATE FUNCTION audit_event_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'events are only ever added' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_event_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
  FOR EACH STATEMENT EXECUTE FUNCTION audit_event_stays();
"""

CLOSED = """
CALL protect('audit_chain', 'false');
CALL protect('audit_event', within('audited', 'place_id'));
DROP POLICY app_adds ON audit_event;
CREATE POLICY app_adds ON audit_event FOR INSERT TO minqing_app WITH CHECK (true);
REVOKE ALL ON audit_chain FROM minqing_app;
REVOKE UPDATE, DELETE, TRUNCATE ON audit_event FROM minqing_app;
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(f"INSERT INTO audit_chain (chain) SELECT generate_series(0, {CHAINS - 1})")
    op.execute(CHAINED)
    op.execute(CLOSED)


def downgrade() -> None:
    op.execute("DROP TABLE audit_event, audit_chain")
    op.execute("DROP FUNCTION audit_event_is_chained()")
    op.execute("DROP FUNCTION audit_event_stays()")
