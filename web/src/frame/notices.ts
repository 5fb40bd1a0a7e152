/** Short messages at the edge of the page: good news goes by itself, bad news stays until it is put away. */

import { shallowRef } from 'vue'

const GOOD_STAYS_MS = 6_000

export interface Notice {
  readonly id: number
  readonly words: string
  readonly bad: boolean
}

/** `say` reads good news out; bad news is an alert and reads itself. */
export function openNotices(say: (words: string) => void) {
  const notices = shallowRef<readonly Notice[]>([])
  let last = 0

  function dismiss(id: number): void {
    notices.value = notices.value.filter((notice) => notice.id !== id)
  }

  function add(words: string, bad: boolean): void {
    const id = ++last
    notices.value = [...notices.value.filter((notice) => notice.words !== words), { id, words, bad }]
    if (bad) return
    say(words)
    setTimeout(() => dismiss(id), GOOD_STAYS_MS)
  }

  return {
    notices,
    dismiss,
    /** Something has been done. */
    notify: (words: string) => add(words, false),
    /** Something has not been done, and why. */
    warn: (words: string) => add(words, true),
  }
}
