/** What people said about a plan: the list of the review, and the marks of the map where it is pinned to a grid. */

import { computed, shallowRef } from 'vue'
import type { Asks, Comment } from './asks'

export function openRemarks(asks: Asks, planId: string) {
  const all = shallowRef<readonly Comment[]>([])
  /** Of each grid the remarks that nobody has settled yet. */
  const pinned = computed<ReadonlyMap<string, readonly Comment[]>>(() => {
    const found = new Map<string, Comment[]>()
    for (const one of all.value) {
      if (one.grid_id && one.resolved_at === null) found.set(one.grid_id, [...(found.get(one.grid_id) ?? []), one])
    }
    return found
  })

  async function read(): Promise<void> {
    const found = await asks.comments(planId)
    if (found.ok) all.value = found.value
  }

  return { all, pinned, read }
}
