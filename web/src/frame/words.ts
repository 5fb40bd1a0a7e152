/** A page's words in the language of the reader, and why something did not happen, in a sentence. */

import { computed, type ComputedRef } from 'vue'
import type { Trouble } from '../api/service'
import type { Language } from '../text'
import { FRAME_TEXTS } from '../text/frame'
import { usePage } from './page'

/** Of the words of a page (`src/text/<page>`), those in the reader's language. */
export function useText<Texts>(texts: Readonly<Record<Language, Texts>>): ComputedRef<Texts> {
  const { language } = usePage().preferences
  return computed(() => texts[language.value])
}

export function useFrameWords() {
  const { language } = usePage().preferences
  const words = useText(FRAME_TEXTS)

  /** The service's own sentence where it has one. */
  function reason(trouble: Trouble): string {
    if (trouble.kind === 'away') return words.value.away
    return trouble.detail || words.value.failed
  }
  return { words, reason, language }
}
