/** The phone's memory: who carries it, where it is, what it has still to send, the categories it knows. */

import { computed, inject, shallowRef, watch, type InjectionKey } from 'vue'
import { answer as asked, type Schemas } from '../api/service'
import { keepDraining, openOutbox, type Outbox } from '../core/outbox/outbox'
import { unsent, type Parcel } from '../core/outbox/parcel'
import { openSender } from '../core/outbox/send'
import { openStore } from '../core/outbox/store'
import type { Page } from '../frame/page'
import { titleIn } from '../issues/title'
import { PATROL_TEXTS } from '../text/patrol'
import { keepArea } from './area'
import { kept } from './kept'
import { openCompass } from './position'
import { remarksOf } from './receipt'
import { openRounds } from './round'
import { forgetKnown } from './shell'
import { forgetTasks } from './tasks'

export type Category = Schemas['CategoryRead']
type Body = Schemas['BodyRead']
export type Phone = Awaited<ReturnType<typeof openPhone>>
export const PHONE: InjectionKey<Phone> = Symbol('phone')

export function usePhone(): Phone {
  const phone = inject(PHONE)
  if (!phone) throw new Error('A component of the phone stands outside it.')
  return phone
}

const TICK_MS = 20_000

export async function openPhone(page: Page) {
  const { account, preferences, line } = page
  const lastOwner = kept<string>('owner')
  const knownCategories = kept<readonly Category[]>('categories')
  const knownBodies = kept<readonly Body[]>('bodies')
  const parcels = shallowRef<readonly Parcel[]>([])
  const categories = shallowRef<readonly Category[]>(knownCategories.read() ?? [])
  const bodies = shallowRef<readonly Body[]>(knownBodies.read() ?? [])
  /** The time as the page shows it; moves on by itself. */
  const now = shallowRef(Date.now())
  const compass = openCompass()
  /** Who carries the phone: without signal, who did last. */
  const owner = computed(() => account.member.value?.login ?? (account.known.value && account.me.value ? '' : (lastOwner.read() ?? '')))

  const send = openSender({ fetch: (request) => fetch(request), headers, origin: location.origin })
  const outbox: Outbox = openOutbox(await openStore(), send, {
    now: Date.now,
    chance: Math.random,
    owner: () => owner.value,
    locks: navigator.locks,
    changed: (all) => {
      remarkOn(all.filter(({ id, state, kind }) => kind === 'report' && state === 'arrived' && isWaiting(id)))
      parcels.value = all
    },
  })
  parcels.value = await outbox.all()
  /** Whose map is being kept just now. */
  let keeping = ''
  const label = () => PATROL_TEXTS[preferences.language.value].tabs.round
  const rounds = openRounds(outbox, compass, { owner: () => owner.value, label, screen: navigator.wakeLock })

  function headers(): Record<string, string> {
    const word = account.me.value?.csrf
    // What this clock shows now tells the service how wrong the times are that it wrote into parcels packed hours ago.
    const sentAt = new Date().toISOString()
    return { 'Accept-Language': preferences.language.value, 'X-Sent-At': sentAt, ...(word ? { 'X-Minqing-CSRF': word } : {}) }
  }

  function isWaiting(id: string): boolean {
    return parcels.value.some((parcel) => parcel.id === id && parcel.state === 'waiting')
  }

  function remarkOn(arrived: readonly Parcel[]): void {
    const language = preferences.language.value === 'en' ? 'en' : 'zh'
    for (const { label, answer } of arrived) for (const remark of remarksOf(answer, language)) page.warn(`${label}: ${remark}`)
  }

  async function readWords(): Promise<void> {
    const [kinds, hands] = await Promise.all([asked(() => line.GET('/api/issue-categories')), asked(() => line.GET('/api/bodies'))])
    if (kinds.ok) {
      categories.value = kinds.value
      knownCategories.write(kinds.value)
    }
    if (hands.ok) {
      bodies.value = hands.value
      knownBodies.write(hands.value)
    }
  }

  /** Somebody else carries the phone now: what the last one was shown is forgotten, what they made waits for them. */
  function handedOver(login: string | undefined): void {
    if (!login) return
    const before = lastOwner.read()
    if (before && before !== login) {
      forgetKnown()
      kept<string>('area').forget()
      forgetTasks()
    }
    lastOwner.write(login)
    void outbox.hurry()
    void keepMap()
  }

  /** Asked again whenever there is signal: whoever went down into a cellar at once has no map yet. */
  async function keepMap(): Promise<void> {
    if (keeping === owner.value) return
    keeping = owner.value
    await keepArea(page, new Date().toDateString())
    keeping = ''
  }

  watch(() => account.member.value?.login, handedOver, { immediate: true })
  page.whenBack(() => void Promise.all([readWords(), outbox.hurry(), keepMap()]))
  window.addEventListener('online', () => void keepMap())
  setInterval(() => (now.value = Date.now()), TICK_MS)
  keepDraining(outbox, window, () => owner.value, Date.now)
  void readWords()

  return {
    ...{ page, outbox, parcels, categories, compass, owner, now, rounds },
    waiting: computed(() => unsent(parcels.value)),
    /** A body as the reader's language calls it. */
    bodyName: (name: string | null) => {
      const found = preferences.language.value === 'en' ? bodies.value.find((body) => body.name === name) : null
      return found?.name_en || name
    },
    titleOf: (issue: { readonly title: string; readonly category: string }) => titleIn(preferences.language.value, issue, categories.value),
    categoryName: (code: string) => titleIn(preferences.language.value, { title: '', category: code }, categories.value),
  }
}
