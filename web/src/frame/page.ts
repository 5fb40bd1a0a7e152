/**
 * What every page of the house opens first: how the reader likes it, the line to the service, who is here, and the ways
 * to tell and to ask the reader something. `PageFrame.vue` shows all of it.
 */

import { inject, ref, shallowRef, watch, type InjectionKey } from 'vue'
import { openAccount, openDoor } from '../account/account'
import { openLine } from '../api/line'
import { openService, type Trouble } from '../api/service'
import { FRAME_TEXTS } from '../text/frame'
import { openConnection } from './connection'
import { openNotices } from './notices'
import type { PageName } from './pages'
import { openPreferences } from './preferences'
import { openQuestions } from './questions'

export type Page = ReturnType<typeof openPage>
export const PAGE: InjectionKey<Page> = Symbol('page')

export function usePage(): Page {
  const page = inject(PAGE)
  if (!page) throw new Error('A component stands outside the page.')
  return page
}

export function openPage(name: PageName) {
  const preferences = openPreferences()
  const entrance = openDoor()
  const line = openLine(() => preferences.language.value, entrance.door)
  const account = openAccount(line, entrance, () => location.reload())
  const service = openService(line)
  const returns: (() => void)[] = []
  const connection = openConnection(service.isReady, () => {
    say(preferences.texts.value.away.back)
    for (const act of returns) act()
  })
  const spoken = ref('')
  /** The dialog that lies over the page, by name; `account` is the frame's own. */
  const dialog = shallowRef<string | null>(null)

  watch(preferences.language, nameWindow, { immediate: true })
  void account.readMe()

  function nameWindow(): void {
    const house = preferences.texts.value.app.name
    document.title = name === 'map' ? house : `${FRAME_TEXTS[preferences.language.value].pages[name]} · ${house}`
  }

  /** Say something to a reader who does not see the page. */
  function say(words: string): void {
    spoken.value = spoken.value === words ? `${words}\u200b` : words
  }

  /** Raise the away banner where the service does not answer. */
  function troubled(trouble: Trouble): void {
    if (trouble.kind === 'away') connection.lost()
  }

  return {
    ...{ name, preferences, line, account, service, connection, spoken, dialog, say, troubled },
    ...openNotices(say),
    ...openQuestions(),
    /** What to do once the service answers again: read afresh what the page shows. */
    whenBack: (act: () => void) => void returns.push(act),
  }
}
