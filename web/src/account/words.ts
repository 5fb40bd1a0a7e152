/** The words of the account screens, in the language of the page. */

import { useFrameWords, useText } from '../frame/words'
import { OFFICE_TEXTS } from '../text/office'

export function useWords() {
  const { reason, language } = useFrameWords()
  return { words: useText(OFFICE_TEXTS), reason, language }
}
