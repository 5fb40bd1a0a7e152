/** Whether the service answers; when it does not, try again by itself, less and less often. */

import { ref } from 'vue'

const FIRST_WAIT_S = 3
const LONGEST_WAIT_S = 60

export type Connection = ReturnType<typeof openConnection>

/** `isReady` asks the service; `onReturn` brings the page up to date once it is back. */
export function openConnection(isReady: () => Promise<boolean>, onReturn: () => void) {
  const away = ref(false)
  const secondsLeft = ref(0)
  let wait = FIRST_WAIT_S
  let timer: ReturnType<typeof setInterval> | undefined

  function lost(): void {
    if (away.value) return
    away.value = true
    wait = FIRST_WAIT_S
    countDown()
  }

  function countDown(): void {
    clearInterval(timer)
    secondsLeft.value = wait
    timer = setInterval(() => {
      secondsLeft.value -= 1
      if (secondsLeft.value <= 0) void retry()
    }, 1000)
  }

  async function retry(): Promise<void> {
    clearInterval(timer)
    secondsLeft.value = 0
    if (await isReady()) {
      away.value = false
      onReturn()
      return
    }
    wait = Math.min(wait * 2, LONGEST_WAIT_S)
    countDown()
  }

  return { away, secondsLeft, lost, retry }
}
