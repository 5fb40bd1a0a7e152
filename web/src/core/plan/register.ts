/**
 * What is wrong in the register of houses, as operations for the service: a building or a stairwell that is missing, gone
 * or miscounted. They lay ground anew, so the service alone does them; the page shows what came of it.
 */

import { isSimple, middleOf, ringArea, type Point } from './geometry'
import { overlying } from './overlying'
import type { Plan, Unit } from './plan'
import { BAD_GEOMETRY, OVER_A_HOUSE, type Refusal } from './refusals'
import type { Shape, WireOperation } from './wire'

const MM = 1000

/** A stairwell as somebody counted it. */
export interface Count {
  readonly households: number
  readonly floor_lo: number
  readonly floor_hi: number
}

/** A footprint that was drawn, as a closed ring in whole millimetres. */
export function footprint(ring: readonly Point[]): Shape {
  const whole = ring.map(([x, y]): Point => [Math.round(x * MM), Math.round(y * MM)])
  const [first, last] = [whole[0]!, whole.at(-1)!]
  const closed = first[0] === last[0] && first[1] === last[1]
  return { type: 'Polygon', coordinates: [closed ? whole : [...whole, first]] }
}

/** The compound in which a footprint lies: that of the nearest stairwell; null in a plan of nobody. */
export function compoundNear(plan: Plan, ring: readonly Point[]): string | null {
  const [x, y] = middleOf([ring]) ?? ring[0]!
  const away = ({ at }: Unit): number => (at[0] - x) ** 2 + (at[1] - y) ** 2
  const nearest = plan.units.reduce<Unit | null>((best, unit) => (best && away(best) <= away(unit) ? best : unit), null)
  return nearest && plan.buildings.get(nearest.building)!.compound
}

/** Why a ring may be no house's footprint, as the service will say; `own` is the house that is drawn anew. */
export function footprintRefusal(plan: Plan, ring: readonly Point[], own: string | null = null): Refusal | null {
  if (ring.length < 4 || !isSimple(ring) || !ringArea(ring)) return BAD_GEOMETRY
  return overlying(plan, ring, own).length ? OVER_A_HOUSE : null
}

/** A building that is missing, with `stairs` stairwells alike; `keys` are made up: the building's, then one for each. */
export function addBuilding(at: { ring: readonly Point[]; compound: string; to: string | null }, stairs: number, each: Count, keys: readonly string[]): WireOperation {
  const [key, ...units] = keys
  const site = { key, compound: at.compound, geometry: footprint(at.ring) }
  return { verb: 'add_building', arguments: { site, units: units.slice(0, stairs).map((unit) => ({ key: unit, building: key, ...each })), to: at.to } }
}

export function correctBuilding(building: string, ring: readonly Point[]): WireOperation {
  return { verb: 'correct_building', arguments: { building, geometry: footprint(ring) } }
}

export function removeBuilding(building: string): WireOperation {
  return { verb: 'remove_building', arguments: { building } }
}

export function addUnit(building: string, key: string, count: Count, to: string | null): WireOperation {
  return { verb: 'add_unit', arguments: { unit: { key, building, ...count }, to } }
}

export function removeUnit(unit: string): WireOperation {
  return { verb: 'remove_unit', arguments: { unit } }
}

/** A stairwell counted anew. Where its sum or its floors change, how many lived behind which floor is not known any more. */
export function correctUnit(unit: Unit, count: Count): WireOperation {
  const same = count.households === unit.households && count.floor_lo === unit.floor_lo && count.floor_hi === unit.floor_hi
  const site = { key: unit.key, building: unit.building, ...count, floor_households: same ? unit.floor_households : [] }
  return { verb: 'correct_unit', arguments: { site } }
}

/** Whether people can live like that: whole numbers, floors the right way round. */
export function countable({ households, floor_lo, floor_hi }: Count): boolean {
  const whole = [households, floor_lo, floor_hi].every(Number.isInteger)
  return whole && households >= 0 && households <= 5_000 && floor_lo <= floor_hi && floor_hi - floor_lo < 200
}
