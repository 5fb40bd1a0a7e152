/** Every edit as plain data: which verb, with what. What the page does, the server judges, and the log keeps. */

import { bad, good, type Result } from '../result'
import type { Plan } from './plan'
import type { Refusal } from './refusals'
import * as editAdjacency from './verbs/editAdjacency'
import * as found from './verbs/found'
import * as lock from './verbs/lock'
import * as merge from './verbs/merge'
import * as reassign from './verbs/reassign'
import * as rename from './verbs/rename'
import * as reshape from './verbs/reshape'
import * as split from './verbs/split'
import * as splitFloors from './verbs/splitFloors'
import * as swap from './verbs/swap'
import * as transfer from './verbs/transfer'

interface Arguments {
  reassign: reassign.Reassign
  merge: merge.Merge
  found: found.Found
  split: split.Split
  split_floors: splitFloors.SplitFloors
  swap: swap.Swap
  reshape: reshape.Reshape
  transfer: transfer.Transfer
  rename: rename.Rename
  lock: lock.Lock
  edit_adjacency: editAdjacency.EditAdjacency
}

export type VerbName = keyof Arguments
export type Operation = { [Name in VerbName]: { readonly verb: Name; readonly arguments: Arguments[Name] } }[VerbName]

interface Verb {
  refusal(plan: Plan, said: never): Refusal | null
  perform(plan: Plan, said: never): Plan
}

const VERBS: Readonly<Record<VerbName, Verb>> = {
  reassign,
  merge,
  found,
  split,
  split_floors: splitFloors,
  swap,
  reshape,
  transfer,
  rename,
  lock,
  edit_adjacency: editAdjacency,
}

/** Tell why an edit may not be made, or null if it may. */
export function refusal(plan: Plan, { verb, arguments: said }: Operation): Refusal | null {
  return VERBS[verb].refusal(plan, said as never)
}

/** Make an edit, or tell why not. */
export function perform(plan: Plan, operation: Operation): Result<Plan, Refusal> {
  const reason = refusal(plan, operation)
  return reason ? bad(reason) : good(VERBS[operation.verb].perform(plan, operation.arguments as never))
}
