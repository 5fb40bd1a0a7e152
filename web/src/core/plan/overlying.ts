/** Whether a footprint lies over another house: the twin of geo/topology/verbs/overlying.py, so that the page says it before the service does. */

import type { Ring, Rings } from './geometry'
import type { Plan } from './plan'
import { areaM2, sharedM2 } from './shared'

/** Share of the smaller house that a hand may draw too far: a wall of a metre between houses of twenty. */
const LAP = 0.05

/** The houses over which a drawn ring lies, in the order of their keys; `own` is the house that is drawn anew. */
export function overlying({ buildings }: Plan, ring: Ring, own: string | null = null): string[] {
  const drawn = [[ring]]
  const before = own === null ? [] : buildings.get(own)!.footprint
  return [...buildings.values()]
    .filter(({ key, footprint }) => key !== own && liesOver(drawn, footprint, before))
    .map(({ key }) => key)
    .sort()
}

function liesOver(drawn: readonly Rings[], house: readonly Rings[], before: readonly Rings[]): boolean {
  const shared = sharedM2(drawn, house)
  return shared > LAP * Math.min(areaM2(drawn), areaM2(house)) && shared > sharedM2(before, house)
}
