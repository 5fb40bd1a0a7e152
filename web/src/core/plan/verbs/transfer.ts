/** Give a building, its dwellings and its ground to the compound next door. Undone by giving it back. */

import { between } from '../arcs'
import type { Span } from '../bands'
import { length } from '../geometry'
import { compoundOf, give, smallOf, wholeUnit, type Plan } from '../plan'
import * as why from '../refusals'
import { damage, locked, sources, unmovable } from './movable'

export interface Transfer {
  readonly building: string
  readonly compound: string
  readonly to: string
}

export function refusal(plan: Plan, moving: Transfer): why.Refusal | null {
  const { building, compound, to } = moving
  const site = plan.buildings.get(building)
  if (!site) return why.UNKNOWN_BUILDING
  if (!plan.compounds.has(compound)) return why.UNKNOWN_COMPOUND
  if (!plan.grids.has(to)) return why.UNKNOWN_GRID
  if (site.compound === compound) return why.NO_CHANGE
  const spans = dwellings(plan, building)
  const stuck = unmovable(plan, spans) ?? (locked(plan, to) ? why.LOCKED : null)
  if (stuck) return stuck
  if (!(plan.members.get(to) ?? []).some((unit) => compoundOf(plan, unit) === compound)) return why.OTHER_COMPOUND
  if (!groundsTouch(plan, spans, compound)) return why.NOT_ADJACENT
  return damage(plan, perform(plan, moving), { gains: to, loses: sources(plan, spans) })
}

export function perform(plan: Plan, { building, compound, to }: Transfer): Plan {
  const after = give(plan, dwellings(plan, building), to)
  return housed(after, building, compound)
}

/** The plan with a building in a compound, and the compounds that are small by then. */
export function housed(plan: Plan, building: string, compound: string): Plan {
  const site = plan.buildings.get(building)!
  const moved = { ...plan, buildings: new Map(plan.buildings).set(building, { ...site, compound }) }
  return { ...moved, small: smallOf(moved) }
}

export function dwellings(plan: Plan, building: string): Span[] {
  return plan.units.filter((unit) => unit.building === building).map(wholeUnit)
}

function groundsTouch(plan: Plan, spans: readonly Span[], compound: string): boolean {
  return spans.some((span) => {
    const own = plan.number.get(span.unit)!
    const beside = new Set(plan.ground.of[own]!.flatMap((arc) => [plan.ground.arcs[arc]!.left, plan.ground.arcs[arc]!.right]))
    return [...beside].some(
      (other) =>
        other >= 0 &&
        other !== own &&
        compoundOf(plan, other) === compound &&
        between(plan.ground, own, other).some(({ line }) => length(line) > 0),
    )
  })
}
