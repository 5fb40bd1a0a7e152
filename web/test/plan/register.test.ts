/** Operations on the register of houses, as the service wants them. */

import { describe, expect, test } from 'vitest'
import { addBuilding, addUnit, compoundNear, correctUnit, countable, footprint, footprintRefusal } from '../../src/core/plan/register'
import { town } from './town'

const RING = [[0, 0], [10.0004, 0], [10, 5], [0, 5]] as const
const plan = town({ map: 'aab', compounds: 'CCD' })

describe('the register of houses', () => {
  test('a footprint is a closed ring of whole millimetres', () => {
    expect(footprint(RING)).toEqual({ type: 'Polygon', coordinates: [[[0, 0], [10000, 0], [10000, 5000], [0, 5000], [0, 0]]] })
    expect(footprint([...RING, RING[0]])).toEqual(footprint(RING))
  })

  test('a new house lies in the compound of its nearest neighbour', () => {
    const [x, y] = plan.units[plan.number.get('u0-2')!]!.at
    const ring = [[x - 2, y - 2], [x + 2, y - 2], [x + 2, y + 2], [x - 2, y + 2], [x - 2, y - 2]] as const
    expect(compoundNear(plan, ring)).toBe(plan.buildings.get(plan.units[plan.number.get('u0-2')!]!.building)!.compound)
  })

  test('a footprint over another house, across itself or without ground is refused before it is sent', () => {
    const over = [[2, -15], [12, -15], [12, -5], [2, -5], [2, -15]] as const
    expect(footprintRefusal(plan, over)?.code).toBe('over-a-house')
    expect(footprintRefusal(plan, over, 'bu0-0')).toBeNull()
    expect(footprintRefusal(plan, [[100, 0], [110, 10], [110, 0], [100, 10], [100, 0]])?.code).toBe('bad-geometry')
    expect(footprintRefusal(plan, [[100, 0], [110, 0], [100, 0]])?.code).toBe('bad-geometry')
    expect(footprintRefusal(plan, [[100, 0], [110, 0], [110, 10], [100, 0]])).toBeNull()
  })

  test('a building comes with its stairwells, each under a key of its own', () => {
    const each = { households: 12, floor_lo: 1, floor_hi: 6 }
    const { verb, arguments: said } = addBuilding({ ring: RING, compound: 'C', to: 'a' }, 2, each, ['h', 'x', 'y'])
    expect(verb).toBe('add_building')
    expect(said).toMatchObject({ to: 'a', site: { key: 'h', compound: 'C' }, units: [{ key: 'x', building: 'h', ...each }, { key: 'y', building: 'h', ...each }] })
    expect(addUnit('h', 'z', each, null).arguments).toEqual({ unit: { key: 'z', building: 'h', ...each }, to: null })
  })

  test('who lives behind which floor is forgotten where the count changes, and kept where it does not', () => {
    const unit = { ...plan.units[0]!, floor_households: [1, 2, 3, 4, 0, 0] }
    const count = { households: unit.households, floor_lo: unit.floor_lo, floor_hi: unit.floor_hi }
    expect(correctUnit(unit, count).arguments).toMatchObject({ site: { floor_households: [1, 2, 3, 4, 0, 0] } })
    expect(correctUnit(unit, { ...count, households: 11 }).arguments).toMatchObject({ site: { households: 11, floor_households: [] } })
  })

  test.each([
    [{ households: 12, floor_lo: 1, floor_hi: 6 }, true],
    [{ households: 0, floor_lo: -1, floor_hi: -1 }, true],
    [{ households: -1, floor_lo: 1, floor_hi: 6 }, false],
    [{ households: 1.5, floor_lo: 1, floor_hi: 6 }, false],
    [{ households: 12, floor_lo: 6, floor_hi: 1 }, false],
    [{ households: Number.NaN, floor_lo: 1, floor_hi: 6 }, false],
    [{ households: 6_000, floor_lo: 1, floor_hi: 6 }, false],
  ])('people can live so: %j is %s', (count, fits) => {
    expect(countable(count)).toBe(fits)
  })
})
