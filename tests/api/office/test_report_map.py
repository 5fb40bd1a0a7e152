"""The report's map tells nobody's homes, too few homes and calm apart, and names the worst."""

from __future__ import annotations

import io

import shapely
import shapely.affinity
from reportlab.pdfgen.canvas import Canvas

from api.office.report_map import CALM, FEW, HEAT, NO_DATA, Counted, picture
from api.office.report_words import WORDS
from geo.heat.rates import per_hundred
from geo.sheets.areas import Drawing

SQUARE = shapely.box(104.0, 30.0, 104.01, 30.01)


def compound(name: str, many: int, households: int, east: float = 0.0) -> Counted:
    shape = shapely.affinity.translate(SQUARE, east)
    return Counted(name, "", shapely.to_wkb(shape), per_hundred(many, households))


def test_each_state_has_a_colour_of_its_own() -> None:
    told = [
        compound("空", 3, 0),
        compound("少", 5, 4),
        compound("静", 0, 90),
        compound("热", 9, 90),
        compound("温", 1, 90),
    ]
    drawn = picture(told, WORDS["zh"])
    assert drawn is not None
    nobody, few, calm, hot, warm = (area.colour for area in drawn.areas)
    assert (nobody, few, calm, hot) == (NO_DATA, FEW, CALM, HEAT[-1])
    assert warm in HEAT[:-1]
    assert [area.label for area in drawn.areas] == ["", "", "", "热", "温"]
    assert len({colour for colour, _ in drawn.key}) == len(HEAT) + 3


def test_nothing_to_draw_is_no_picture() -> None:
    assert picture([], WORDS["en"]) is None


def test_a_map_keeps_its_shape_and_fits_its_page() -> None:
    drawn = picture([compound("西", 1, 90), compound("东", 2, 90, east=0.03)], WORDS["zh"])
    assert drawn is not None
    drawing = Drawing(drawn, 400.0, "Helvetica", most=300.0)
    assert 80 < drawing.height < 160
    canvas = Canvas(io.BytesIO())
    drawing.drawOn(canvas, 0, 0)
    assert canvas.getPageNumber() == 1
