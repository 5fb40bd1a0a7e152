/** What hangs together: who is next to whom, floor by floor, and into how many pieces a grid falls. */

import { atomsOf, compoundOf, type Atom, type Plan } from './plan'

/** Bands next to a band: above, below, and on the ground where it stands on the ground. */
export function beside(plan: Plan, { unit, place }: Atom): Atom[] {
  const found: Atom[] = []
  if (place > 0) found.push({ unit, place: place - 1 })
  else {
    const home = compoundOf(plan, unit)
    for (const other of plan.edges[unit]!) {
      const there = compoundOf(plan, other)
      if (there === home || (plan.small.has(home) && plan.small.has(there))) found.push({ unit: other, place: 0 })
    }
  }
  if (place + 1 < plan.bands[unit]!.length) found.push({ unit, place: place + 1 })
  return found
}

/** Connected pieces of some bands. */
export function piecesOf(plan: Plan, atoms: readonly Atom[]): Atom[][] {
  const name = ({ unit, place }: Atom): number => unit * 1024 + place
  const left = new Map(atoms.map((atom) => [name(atom), atom]))
  const pieces: Atom[][] = []
  for (const atom of atoms) {
    if (!left.delete(name(atom))) continue
    const piece = [atom]
    for (let i = 0; i < piece.length; i++) {
      for (const other of beside(plan, piece[i]!)) if (left.delete(name(other))) piece.push(other)
    }
    pieces.push(piece)
  }
  return pieces
}

/** Into how many pieces a grid falls; 1 when its dwellings are connected. */
export function pieces(plan: Plan, grid: string | null): number {
  return piecesOf(plan, atomsOf(plan, grid)).length
}

/** Grids that share a border, a floor or a lane with a grid. */
export function neighbours(plan: Plan, grid: string): Set<string> {
  const around = new Set<string>()
  for (const atom of atomsOf(plan, grid)) {
    for (const { unit, place } of beside(plan, atom)) {
      const owner = plan.bands[unit]![place]!.grid
      if (owner !== null && owner !== grid) around.add(owner)
    }
  }
  return around
}
