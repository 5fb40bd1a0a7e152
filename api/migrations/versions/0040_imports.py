"""Files that came in: what each was taken for, what was wrong row by row, what it changed, and how to take it back.

Revision ID: 0040
Revises: 0052

``import`` is one file, or one layer of it. ``import_change`` holds what its transaction did, with the row as it was
before, so that an undo restores exactly that and can name what would be lost. ``place_source`` remembers what a source
calls each place: a second delivery of the same list finds the same places again. ``stand_in`` marks ground that
nobody has drawn yet; a drawn compound or community takes its children over.
"""

from __future__ import annotations

from alembic import op

revision = "0040"
down_revision = "0052"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE import (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  account_id uuid REFERENCES account,
  file_name text NOT NULL CHECK (length(file_name) BETWEEN 1 AND 300),
  source text NOT NULL CHECK (length(source) BETWEEN 1 AND 300),
  bytes bigint NOT NULL CHECK (bytes >= 0),
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN
    ('waiting', 'reading', 'read', 'checking', 'checked', 'entering', 'entered', 'undoing', 'undone', 'refused',
     'cancelled', 'failed')),
  layers jsonb NOT NULL DEFAULT '[]',
  choice jsonb NOT NULL DEFAULT '{}',
  finding jsonb NOT NULL DEFAULT '{}',
  summary jsonb NOT NULL DEFAULT '{}',
  done integer NOT NULL DEFAULT 0,
  total integer NOT NULL DEFAULT 0,
  stage text NOT NULL DEFAULT '' CHECK (length(stage) <= 40),
  cancel_asked boolean NOT NULL DEFAULT false,
  trouble_zh text NOT NULL DEFAULT '' CHECK (length(trouble_zh) <= 2000),
  trouble_en text NOT NULL DEFAULT '' CHECK (length(trouble_en) <= 2000),
  asked_at timestamptz NOT NULL DEFAULT now(),
  entered_at timestamptz,
  undone_at timestamptz
);
CREATE INDEX import_asked_at ON import (asked_at DESC);
CREATE INDEX import_account_id ON import (account_id);

CREATE TABLE import_fault (
  import_id uuid NOT NULL REFERENCES import ON DELETE CASCADE,
  number integer NOT NULL,
  row integer NOT NULL,
  field text NOT NULL,
  kind text NOT NULL,
  severity text NOT NULL CHECK (severity IN ('blocks', 'doubtful')),
  zh text NOT NULL,
  en text NOT NULL,
  mend_zh text,
  mend_en text,
  before jsonb,
  after jsonb,
  accepted boolean NOT NULL DEFAULT false,
  PRIMARY KEY (import_id, number),
  CHECK (mend_zh IS NOT NULL OR NOT accepted)
);

CREATE TABLE import_row (
  import_id uuid NOT NULL REFERENCES import ON DELETE CASCADE,
  number integer NOT NULL,
  row integer,
  outcome text NOT NULL CHECK (outcome IN ('added', 'changed', 'same', 'gone', 'held')),
  place_id uuid,
  name text NOT NULL DEFAULT '',
  detail jsonb NOT NULL DEFAULT '{}',
  accepted boolean NOT NULL DEFAULT true,
  PRIMARY KEY (import_id, number)
);

CREATE TABLE import_change (
  import_id uuid NOT NULL REFERENCES import ON DELETE CASCADE,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL CHECK (length(kind) <= 40),
  place_id uuid NOT NULL,
  action text NOT NULL CHECK (action IN ('added', 'changed', 'removed')),
  before jsonb,
  PRIMARY KEY (import_id, seq)
);
CREATE INDEX import_change_place_id ON import_change (place_id);

CREATE TABLE import_mapping (
  source text NOT NULL,
  purpose text NOT NULL,
  columns jsonb NOT NULL,
  datum text NOT NULL DEFAULT '',
  used_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (source, purpose)
);

CREATE TABLE place_source (
  kind text NOT NULL CHECK (length(kind) <= 40),
  place_id uuid NOT NULL,
  source text NOT NULL,
  key text NOT NULL DEFAULT '',
  PRIMARY KEY (kind, place_id, source)
);
CREATE INDEX place_source_source ON place_source (source, kind);

CREATE TABLE stand_in (
  place_id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('district', 'subdistrict', 'community', 'compound'))
);

CREATE TABLE official_code (
  id uuid PRIMARY KEY DEFAULT uuid7(),
  code text NOT NULL UNIQUE CHECK (code ~ '^[0-9]{2,20}$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200)
);
"""
EDITS = "(SELECT coalesce(current_setting('app.editable', true), '') <> '')"
OWN = "(account_id = (SELECT me('account')) OR (SELECT whole('editable')))"
ITS_IMPORT = f"EXISTS (SELECT FROM import i WHERE i.id = import_id AND {OWN.replace('account_id', 'i.account_id')})"
POLICIES = {
    "import": (f"({OWN} AND {EDITS})", f"({OWN} AND {EDITS})"),
    "import_fault": (ITS_IMPORT, ITS_IMPORT),
    "import_row": (ITS_IMPORT, ITS_IMPORT),
    "import_change": (ITS_IMPORT, ITS_IMPORT),
    # What a source calls its columns and places; whoever may bring files shares it.
    "import_mapping": (EDITS, EDITS),
    "place_source": (EDITS, EDITS),
    "stand_in": (EDITS, EDITS),
    "official_code": ("true", "(SELECT whole('editable'))"),
}

# The worker takes on whoever brought the file, and nobody else.
ENTER = """
CREATE FUNCTION enter_for_import(run uuid) RETURNS boolean LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE account uuid;
DECLARE person uuid;
BEGIN
  SELECT i.account_id, a.person_id INTO account, person FROM import i JOIN account a ON a.id = i.account_id
   WHERE i.id = run AND a.active;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM take_on(account, person);
  RETURN true;
END $$;
REVOKE EXECUTE ON FUNCTION enter_for_import(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enter_for_import(uuid) TO minqing_app;
"""


def upgrade() -> None:
    op.execute(TABLES)
    for table, (seen, changed) in POLICIES.items():
        op.execute(f"CALL protect('{table}', $p${seen}$p$, $p${changed}$p$)")
    op.execute(ENTER)


def downgrade() -> None:
    op.execute("DROP FUNCTION enter_for_import(uuid)")
    op.execute("DROP TABLE " + ", ".join(reversed(POLICIES)) + " CASCADE")
