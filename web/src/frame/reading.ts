/** Something read from the service for a screen: not yet, there, or why not. */

import { onMounted, ref, shallowRef } from 'vue'
import type { Answer } from '../api/service'
import { useFrameWords } from './words'

export function useReading<Value>(ask: () => Answer<Value>) {
  const { reason } = useFrameWords()
  const value = shallowRef<Value | null>(null)
  const fault = ref('')

  async function read(): Promise<void> {
    const found = await ask()
    fault.value = found.ok ? '' : reason(found.reason)
    if (found.ok) value.value = found.value
  }
  onMounted(() => void read())
  return { value, fault, read }
}
