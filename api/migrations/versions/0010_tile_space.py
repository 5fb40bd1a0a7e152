"""From degrees to tile units: how every shape is drawn before it is put into a tile.

Revision ID: 0010
Revises: 0024

A unit is 1/4096 of a tile's side at a given zoom; y runs down, as in a tile. Shapes are kept in whole units of the
finest zoom of their band, so that a tile is cut by subtracting its corner: nothing is transformed, rounded or clipped
when a map is read. Coarser zooms of the band get a larger MVT extent instead of a division, so neighbours that
share a corner share it in every tile.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0024"
branch_labels = None
depends_on = None

# All in plpgsql: its plans last as long as the connection, where a function in SQL is planned anew by every statement.
# 20037508.342789244 m: half the side of the Web-Mercator world, which ends at 85.05 degrees; nobody lives beyond.
UNITS = """
CREATE FUNCTION tile_units(shape geometry, zoom integer) RETURNS geometry
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  half CONSTANT float8 := 2 ^ (zoom + 11);
  scale CONSTANT float8 := half / 20037508.342789244;
BEGIN
  IF ST_YMin(shape) < -85.05 OR ST_YMax(shape) > 85.05 THEN RETURN NULL; END IF;
  RETURN ST_Affine(ST_SetSRID(ST_Transform(shape, 3857), 0), scale, 0, 0, -scale, half, half);
END $$;
"""

# Snapping moves a corner by its own place alone, so two neighbours move their common corners alike and no gap opens; a
# simplifier that looks at whole rings would not. Where a ring then crosses itself it is mended on the same grid.
# Counter-clockwise in numbers is clockwise on a screen whose y runs down: what the MVT specification (2.1, 4.3.4.4)
# asks of an outer ring.
DRAWN = """
CREATE FUNCTION tile_drawn(shape geometry, zoom integer, grain integer) RETURNS geometry
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  units CONSTANT geometry := tile_units(shape, zoom);
  snapped geometry;
BEGIN
  CASE ST_Dimension(units)
    WHEN 2 THEN
      snapped := ST_SnapToGrid(units, grain);
      IF snapped IS NULL OR NOT ST_IsValid(snapped) THEN
        snapped := ST_CollectionExtract(ST_ReducePrecision(units, grain), 3);
      END IF;
      RETURN ST_ForcePolygonCCW(snapped);
    WHEN 1 THEN RETURN ST_SnapToGrid(ST_Simplify(units, grain - 1), grain);
    ELSE RETURN ST_SnapToGrid(units, 1);
  END CASE;
END $$;
"""

# One row for each tile of zoom ``lo`` that a shape reaches, clipped to that tile and the edge around it: whatever is
# larger than a tile is cut here, once, when it is written. The label stands in the row of the one tile that holds it.
PIECES = """
CREATE FUNCTION tile_pieces(
  shape geometry, lo integer, hi integer, grain integer,
  OUT x integer, OUT y integer, OUT west integer, OUT north integer, OUT east integer, OUT south integer,
  OUT label_x integer, OUT label_y integer, OUT piece geometry
) RETURNS SETOF record LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  side CONSTANT integer := 4096 << (hi - lo);
  edge CONSTANT integer := 64 << (hi - lo);
  last CONSTANT integer := (1 << lo) - 1;
  whole geometry := tile_drawn(shape, hi, grain);
  reach box2d;
  spot geometry;
  frame geometry;
BEGIN
  IF whole IS NULL THEN RETURN; END IF;
  IF ST_IsEmpty(whole) THEN whole := ST_SnapToGrid(ST_PointOnSurface(tile_units(shape, hi)), 1); END IF;
  IF ST_Dimension(whole) <> 1 THEN spot := ST_SnapToGrid(ST_PointOnSurface(whole), 1); END IF;
  reach := ST_Expand(whole::box2d, edge);
  FOR column_ IN greatest(0, ST_XMin(reach)::integer / side) .. least(last, ST_XMax(reach)::integer / side) LOOP
  FOR row_ IN greatest(0, ST_YMin(reach)::integer / side) .. least(last, ST_YMax(reach)::integer / side) LOOP
    x := column_;
    y := row_;
    frame := ST_MakeEnvelope(x * side - edge, y * side - edge, (x + 1) * side + edge, (y + 1) * side + edge);
    piece := whole;
    IF NOT whole @ frame THEN
      piece := ST_CollectionExtract(ST_Intersection(whole, frame, 1), ST_Dimension(whole) + 1);
      IF ST_Dimension(whole) = 2 THEN piece := ST_ForcePolygonCCW(piece); END IF;
    END IF;
    label_x := NULL;
    label_y := NULL;
    IF (floor(ST_X(spot) / side), floor(ST_Y(spot) / side)) = (x, y) THEN
      label_x := ST_X(spot);
      label_y := ST_Y(spot);
    END IF;
    CONTINUE WHEN ST_IsEmpty(piece);
    west := ST_XMin(piece);
    north := ST_YMin(piece);
    east := ST_XMax(piece);
    south := ST_YMax(piece);
    RETURN NEXT;
  END LOOP;
  END LOOP;
END $$;
"""

# The cells of zoom 14 whose revision a change of this shape raises. ``slack``: how far, in cells, drawing may have
# carried a corner beyond the true outline.
CELLS = """
CREATE FUNCTION tile_cells(shape geometry, slack float8, OUT x integer, OUT y integer) RETURNS SETOF record
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 4 AS $$
DECLARE
  reach CONSTANT box2d := ST_Expand(tile_units(ST_Envelope(shape), 2)::box2d, slack);
BEGIN
  IF reach IS NULL THEN RETURN; END IF;
  FOR column_ IN floor(ST_XMin(reach))::integer .. floor(ST_XMax(reach))::integer LOOP
    FOR row_ IN floor(ST_YMin(reach))::integer .. floor(ST_YMax(reach))::integer LOOP
      x := column_;
      y := row_;
      RETURN NEXT;
    END LOOP;
  END LOOP;
END $$;
"""

# Microseconds since 2026: a revision is never handed out twice, not even after a backup has been restored.
CLOCK = """
CREATE FUNCTION tile_clock() RETURNS bigint LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
  SELECT ((extract(epoch FROM clock_timestamp()) - 1767225600) * 1000000)::bigint
$$;
"""


def upgrade() -> None:
    for function in (UNITS, DRAWN, PIECES, CELLS, CLOCK):
        op.execute(function)


def downgrade() -> None:
    op.execute("DROP FUNCTION tile_clock()")
    op.execute("DROP FUNCTION tile_cells(geometry, float8)")
    op.execute("DROP FUNCTION tile_pieces(geometry, integer, integer, integer)")
    op.execute("DROP FUNCTION tile_drawn(geometry, integer, integer)")
    op.execute("DROP FUNCTION tile_units(geometry, integer)")
