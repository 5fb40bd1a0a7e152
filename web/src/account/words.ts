/** The words of the office screens, in the language of the page. */

import { computed } from 'vue'
import type { Trouble } from '../api/service'
import { useDesk } from '../desk/session'
import { OFFICE_TEXTS } from '../text/office'

export function useWords() {
  const { language } = useDesk().preferences
  const words = computed(() => OFFICE_TEXTS[language.value])

  /** Why something did not happen, in a sentence: the service's own where it has one. */
  function reason(trouble: Trouble): string {
    if (trouble.kind === 'away') return words.value.account.away
    return trouble.detail || words.value.account.failed
  }
  return { words, reason, language }
}
