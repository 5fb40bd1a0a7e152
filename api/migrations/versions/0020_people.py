"""People, what each of them is where and since when, and how they prove who they are.

Revision ID: 0020
Revises: 0006

A *person* is somebody the street office knows; an *assignment* gives a person a role at a place for a time; an
*account* lets a person log in. Rights hang on roles as data (``role``), jurisdiction on assignments. Secrets (password
hashes, second factors, digests of cookies) lie in tables that the service can not read; it asks functions (0021).
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE role (
  name text PRIMARY KEY,
  rank integer NOT NULL UNIQUE,
  places boolean NOT NULL,
  homes boolean NOT NULL,
  people boolean NOT NULL,
  edits boolean NOT NULL,
  manages boolean NOT NULL,
  audits boolean NOT NULL,
  grants text[] NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE role IS 'What a role may do inside the jurisdiction of an assignment; api/access/roles.py mirrors it.';

CREATE TABLE person (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  community_id uuid REFERENCES community,
  floor_id uuid,
  party_member boolean NOT NULL DEFAULT false,
  phone_sealed bytea CHECK (length(phone_sealed) <= 400),
  phone_digest bytea CHECK (length(phone_digest) = 32),
  phone_tail text NOT NULL DEFAULT '' CHECK (length(phone_tail) <= 4),
  id_number_sealed bytea CHECK (length(id_number_sealed) <= 400),
  id_number_digest bytea CHECK (length(id_number_digest) = 32),
  id_number_tail text NOT NULL DEFAULT '' CHECK (length(id_number_tail) <= 4),
  created_at timestamptz NOT NULL DEFAULT now(),
  left_at timestamptz,
  erased_at timestamptz,
  FOREIGN KEY (floor_id, community_id) REFERENCES floor (id, community_id) ON UPDATE CASCADE
);
CREATE INDEX person_community_id ON person (community_id);
CREATE INDEX person_floor_id ON person (floor_id);
CREATE INDEX person_phone_digest ON person (phone_digest);

CREATE TABLE assignment (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  person_id uuid NOT NULL REFERENCES person,
  role text NOT NULL REFERENCES role,
  post text NOT NULL DEFAULT '' CHECK (length(post) <= 40),
  level text NOT NULL
    CHECK (level IN ('store', 'district', 'subdistrict', 'community', 'compound', 'building', 'unit', 'micro_grid')),
  place_id uuid CHECK ((place_id IS NULL) = (level = 'store')),
  district_id uuid,
  subdistrict_id uuid,
  community_id uuid,
  since timestamptz NOT NULL DEFAULT now(),
  until timestamptz CHECK (until >= since)
);
CREATE INDEX assignment_person_id ON assignment (person_id);
CREATE INDEX assignment_place_id ON assignment (place_id);
CREATE INDEX assignment_community_id ON assignment (community_id);
CREATE UNIQUE INDEX assignment_open_once ON assignment (person_id, role, post, level, place_id) NULLS NOT DISTINCT
  WHERE until IS NULL;

CREATE TABLE account (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  person_id uuid NOT NULL UNIQUE REFERENCES person,
  login text NOT NULL UNIQUE CHECK (login ~ '^[a-z0-9][a-z0-9._@-]{1,63}$'),
  active boolean NOT NULL DEFAULT true,
  demo boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE credential (
  account_id uuid PRIMARY KEY REFERENCES account ON DELETE CASCADE,
  password_hash text CHECK (length(password_hash) <= 400),
  totp_sealed bytea CHECK (length(totp_sealed) <= 400),
  totp_used bigint NOT NULL DEFAULT 0,
  oidc_subject text UNIQUE CHECK (length(oidc_subject) <= 400),
  changed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE session (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  digest bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
  device text NOT NULL DEFAULT '' CHECK (length(device) <= 200),
  address text NOT NULL DEFAULT '' CHECK (length(address) <= 64),
  created_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  ended_at timestamptz
);
CREATE INDEX session_account_id ON session (account_id);

CREATE TABLE access_token (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  digest bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  scopes text[] NOT NULL DEFAULT '{read}' CHECK (scopes <@ '{read,write}'::text[] AND cardinality(scopes) > 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  ended_at timestamptz
);
CREATE INDEX access_token_account_id ON access_token (account_id);

CREATE TABLE attempt (
  key bytea PRIMARY KEY CHECK (length(key) = 32),
  failures integer NOT NULL DEFAULT 0,
  last_at timestamptz NOT NULL DEFAULT now(),
  blocked_until timestamptz NOT NULL DEFAULT '-infinity'
);

CREATE TABLE store_setting (
  name text PRIMARY KEY,
  value jsonb NOT NULL
);
"""

# rank: nobody grants a role at or above their own, except the administrator.
ROLES = """
INSERT INTO role (name, rank, places, homes, people, edits, manages, audits, grants) VALUES
 ('resident',      10, true,  false, false, false, false, false, '{}'),
 ('property_firm', 20, true,  false, false, false, false, false, '{}'),
 ('grid_worker',   30, true,  true,  true,  false, false, false, '{}'),
 ('grid_lead',     40, true,  true,  true,  false, false, false, '{}'),
 ('department',    50, true,  false, false, false, false, false, '{}'),
 ('planner',       60, true,  true,  false, true,  false, false, '{}'),
 ('community',     70, true,  true,  true,  true,  true,  false,
  '{resident,property_firm,grid_worker,grid_lead}'),
 ('street_office', 80, true,  true,  true,  true,  true,  false,
  '{resident,property_firm,grid_worker,grid_lead,department,planner,community}'),
 ('district',      90, true,  true,  false, true,  true,  false,
  '{resident,property_firm,grid_worker,grid_lead,department,planner,community,street_office}'),
 ('auditor',      100, false, false, false, false, false, true,  '{}'),
 ('administrator', 110, true, true,  false, true,  true,  false, '{}');
UPDATE role SET grants = (SELECT array_agg(name ORDER BY rank) FROM role) WHERE name = 'administrator';
"""

# Where an assignment lies is worked out once, by the store, so that no caller can claim another place's ancestors.
PLACED = """
CREATE FUNCTION assignment_is_placed() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.community_id := CASE NEW.level
    WHEN 'community' THEN NEW.place_id
    WHEN 'compound' THEN (SELECT community_id FROM compound WHERE id = NEW.place_id)
    WHEN 'building' THEN (SELECT community_id FROM building WHERE id = NEW.place_id)
    WHEN 'unit' THEN (SELECT community_id FROM unit WHERE id = NEW.place_id)
    WHEN 'micro_grid' THEN (SELECT community_id FROM micro_grid WHERE id = NEW.place_id) END;
  NEW.subdistrict_id := CASE NEW.level WHEN 'subdistrict' THEN NEW.place_id
    ELSE (SELECT subdistrict_id FROM community WHERE id = NEW.community_id) END;
  NEW.district_id := CASE NEW.level WHEN 'district' THEN (SELECT id FROM district WHERE id = NEW.place_id)
    ELSE (SELECT district_id FROM subdistrict WHERE id = NEW.subdistrict_id) END;
  IF NEW.level <> 'store' AND NEW.district_id IS NULL THEN
    RAISE EXCEPTION 'there is no % %', NEW.level, NEW.place_id
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'assignment_place', TABLE = 'assignment';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER assignment_is_placed
  BEFORE INSERT OR UPDATE OF level, place_id, district_id, subdistrict_id, community_id
  ON assignment FOR EACH ROW EXECUTE FUNCTION assignment_is_placed();
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(ROLES)
    op.execute(PLACED)


def downgrade() -> None:
    op.execute(
        "DROP TABLE store_setting, attempt, access_token, session, credential, account, assignment, person, role"
    )
    op.execute("DROP FUNCTION assignment_is_placed()")
