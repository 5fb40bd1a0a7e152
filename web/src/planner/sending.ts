/** Sends what only the service can do, one operation at a time, and tells what came of it. */

import { ref } from 'vue'
import type { WireOperation } from '../core/plan/wire'
import { usePage } from '../frame/page'
import { useBench } from './bench'
import { usePlannerWords } from './words'

export function useSending() {
  const page = usePage()
  const bench = useBench()
  const { words, told } = usePlannerWords()
  const busy = ref(false)

  /** Whether it was done; if not, the reader has been told why. */
  async function send(operation: WireOperation): Promise<boolean> {
    busy.value = true
    const refusal = await bench.actTogether([operation])
    busy.value = false
    if (refusal) page.warn(told(refusal))
    else page.say(`${words.value.act.done} · ${words.value.log.verbs[operation.verb]}`)
    return !refusal
  }

  return { busy, send }
}
