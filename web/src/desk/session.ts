/** The desk's memory: what the service has told, which place is picked, what the map shows. Components only look at it. */

import { computed, inject, ref, shallowRef, type InjectionKey } from 'vue'
import type { City, Place, Trouble } from '../api/service'
import { readAddress, writeAddress, type View } from '../core/address'
import { amount, placeName } from '../core/format'
import { pickedAt, type DrawnLevel, type Level } from '../core/levels'
import { boxOf, samePlace, type PlaceKey } from '../core/place'
import type { Page } from '../frame/page'
import type { Seen, Stage } from '../map/stage'

export type Desk = ReturnType<typeof openDesk>
export const DESK: InjectionKey<Desk> = Symbol('desk')

export function useDesk(): Desk {
  const desk = inject(DESK)
  if (!desk) throw new Error('A desk component stands outside the desk.')
  return desk
}

export interface InView {
  readonly level: DrawnLevel
  readonly items: readonly Seen[]
}

export type Picked =
  | { readonly phase: 'none' }
  | { readonly phase: 'reading'; readonly key: PlaceKey }
  | { readonly phase: 'read'; readonly key: PlaceKey; readonly place: Place }
  | { readonly phase: 'missing' | 'failed'; readonly key: PlaceKey; readonly detail: string }

export function openDesk(page: Page) {
  const { service, preferences, connection, dialog, say, troubled } = page
  const { texts, language } = preferences
  const stage = shallowRef<Stage | null>(null)
  const city = shallowRef<City | null>(null)
  const picked = shallowRef<Picked>({ phase: 'none' })
  const inView = shallowRef<InView>({ level: 'community', items: [] })
  const view = shallowRef<View | null>(null)
  const painted = ref(false)
  const panelOpen = ref(true)
  /** Why the service does not show this reader anything, in its own words. */
  const refusal = ref('')
  page.whenBack(() => void refresh())

  const pickedKey = computed(() => (picked.value.phase === 'none' ? null : picked.value.key))
  const isEmpty = computed(() => city.value !== null && city.value.bbox === null)

  async function readCity(): Promise<void> {
    const answer = await service.city()
    refusal.value = !answer.ok && answer.reason.kind === 'refused' ? answer.reason.detail : ''
    if (answer.ok) city.value = answer.value
    else troubled(answer.reason)
  }

  /** Pick a place: mark it on the map, read it, put it into the address; and go there if wanted. */
  async function choose(key: PlaceKey, { fly }: { fly: boolean }): Promise<void> {
    if (!samePlace(pickedKey.value, key)) picked.value = { phase: 'reading', key }
    panelOpen.value = true
    stage.value?.pick(key)
    remember('push')
    const answer = await service.place(key)
    if (!samePlace(pickedKey.value, key)) return
    if (!answer.ok) return notRead(key, answer.reason)
    const place = answer.value
    picked.value = { phase: 'read', key, place }
    say(spokenOf(place))
    if (fly) stage.value?.fly(boxOf(place.bbox), place.level)
  }

  function spokenOf(place: Place): string {
    const homes = texts.value.counts.ofHouseholds(amount(place.counts.households, language.value))
    return `${texts.value.panel.picked(placeName(place, language.value))} · ${homes}`
  }

  function notRead(key: PlaceKey, trouble: Trouble): void {
    troubled(trouble)
    const refused = trouble.kind === 'refused'
    const phase = refused && [404, 422].includes(trouble.status) ? 'missing' : 'failed'
    picked.value = { phase, key, detail: refused ? trouble.detail : '' }
  }

  function clear(): void {
    picked.value = { phase: 'none' }
    stage.value?.pick(null)
    remember('push')
  }

  /** Pick the place around the picked one; from a subdistrict, nothing. */
  function up(): void {
    const now = picked.value
    if (now.phase !== 'read') return
    const around = now.place.chain.at(-2)
    if (around) void choose({ level: around.level, id: around.id }, { fly: true })
  }

  function home(): void {
    if (city.value?.bbox) stage.value?.fly(boxOf(city.value.bbox), 'subdistrict')
  }

  function rested(now: View): void {
    view.value = now
    inView.value = listed(stage.value, now.zoom)
    remember('replace')
  }

  /** Keep the address true. A pick is a step that Back undoes; a moved map is not. */
  function remember(how: 'push' | 'replace'): void {
    const hash = writeAddress({ view: stage.value?.view() ?? view.value, place: pickedKey.value })
    if (hash === location.hash) return
    const address = hash || location.pathname + location.search
    if (how === 'push') history.pushState(null, '', address)
    else history.replaceState(null, '', address)
  }

  /** Back, Forward, or an address typed by hand. */
  function follow(): void {
    const address = readAddress(location.hash)
    if (address.view) stage.value?.jump(address.view)
    if (address.place && !samePlace(address.place, pickedKey.value)) void choose(address.place, { fly: !address.view })
    if (!address.place && pickedKey.value) {
      picked.value = { phase: 'none' }
      stage.value?.pick(null)
    }
  }

  async function refresh(): Promise<void> {
    stage.value?.refresh()
    await readCity()
    if (pickedKey.value) await choose(pickedKey.value, { fly: false })
  }

  return {
    ...{ service, preferences, connection },
    ...{ stage, city, isEmpty, picked, pickedKey, inView, view, painted, panelOpen, dialog, refusal },
    ...{ say, troubled, readCity, choose, clear, up, home, rested, follow, refresh },
  }
}

/** From which zoom the list goes down to buildings: before it, compounds are what one looks for. */
const BUILDINGS_LISTED_FROM = 17

/** What the list beside the map offers: the innermost level worth reading that has something in view. */
function listed(stage: Stage | null, zoom: number): InView {
  const worth = pickedAt(zoom).filter((level) => level !== 'unit' && (level !== 'building' || zoom >= BUILDINGS_LISTED_FROM))
  for (const level of worth) {
    const items = stage?.inView(level) ?? []
    if (items.length) return { level, items }
  }
  return { level: worth[0] ?? 'subdistrict', items: [] }
}

/** The key of anything that has a level and an id. */
export function keyOf(place: { level: Level; id: string }): PlaceKey {
  return { level: place.level, id: place.id }
}

