/** The words of the page of people, and names that depend on data: posts, roles, places. */

import { useFrameWords, useText } from '../frame/words'
import { usePage } from '../frame/page'
import { PEOPLE_TEXTS } from '../text/people'
import type { Role } from '../account/account'
import { useOffice } from './session'

export function useWords() {
  const { reason, language } = useFrameWords()
  const words = useText(PEOPLE_TEXTS)
  const { texts } = usePage().preferences
  const { kinds } = useOffice()

  function postName({ post, role }: { post: string | null; role: string }): string {
    const kind = kinds.value.find(({ name }) => name === post)
    if (kind) return language.value === 'en' ? kind.en : kind.zh
    return texts.value.roles[role as Role] ?? post ?? role
  }
  return { words, reason, language, postName }
}
