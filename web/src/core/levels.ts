/** 街道、社区、小区、楼栋、单元: the levels of a city as `geo/hierarchy/levels` names them, and which of them a map shows and picks at which zoom. */

export const LEVELS = ['district', 'subdistrict', 'community', 'compound', 'building', 'unit', 'floor', 'household'] as const
export type Level = (typeof LEVELS)[number]

/** The levels that have an outline on the map, outermost first. */
export const DRAWN_LEVELS = ['subdistrict', 'community', 'compound', 'building', 'unit'] as const
export type DrawnLevel = (typeof DRAWN_LEVELS)[number]

/**
 * The zoom from which an outline is drawn, from which its name is written, from which a click means it, and at which
 * its name makes room for what lies inside. The tile server may begin later; then the map waits for it.
 */
export const ZOOMS: Readonly<Record<DrawnLevel, { drawn: number; named: number; picked: number; hushed: number }>> = {
  subdistrict: { drawn: 0, named: 8, picked: 0, hushed: 12.5 },
  community: { drawn: 9, named: 11, picked: 11, hushed: 15.6 },
  compound: { drawn: 12.5, named: 14.2, picked: 14.2, hushed: 17.4 },
  building: { drawn: 14, named: 16.2, picked: 15.8, hushed: 24 },
  unit: { drawn: 17.2, named: 18.4, picked: 18.2, hushed: 24 },
}

export function isLevel(word: string): word is Level {
  return (LEVELS as readonly string[]).includes(word)
}

export function isDrawn(level: Level): level is DrawnLevel {
  return (DRAWN_LEVELS as readonly string[]).includes(level)
}

/** The levels whose outlines a map of this zoom draws, outermost first. */
export function drawnAt(zoom: number): DrawnLevel[] {
  return DRAWN_LEVELS.filter((level) => zoom >= ZOOMS[level].drawn)
}

/** The levels that a click at this zoom may mean, innermost first: the first one that is hit wins. */
export function pickedAt(zoom: number): DrawnLevel[] {
  return DRAWN_LEVELS.filter((level) => zoom >= ZOOMS[level].picked).reverse()
}

/** The zoom at which a place of this level has come to be read well, without its neighbours being lost. */
export function closestZoom(level: Level): number {
  const closest: Record<Level, number> = {
    district: 12,
    subdistrict: 15,
    community: 16,
    compound: 17.2,
    building: 18.2,
    unit: 19.2,
    floor: 19.2,
    household: 19.2,
  }
  return closest[level]
}
