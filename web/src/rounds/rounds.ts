/** The memory of the page of rounds: a period, its rounds, plans and the entrances they reached, one track opened. */

import { computed, inject, ref, shallowRef, watch, type InjectionKey } from 'vue'
import { answer, type Schemas } from '../api/service'
import type { Page } from '../frame/page'
import { bySums, type Sum } from './sums'

export type Round = Schemas['PatrolRead']
export type Coverage = Schemas['CoverageRead']
export type Plan = Schemas['api__patrols__schemas__PlanRead']
export type Line = readonly (readonly [number, number])[]

export interface Track {
  readonly lines: readonly Line[]
  /** Where somebody stood still for a while. */
  readonly stops: Line
  readonly leftOut: Line
}

export type Rounds = ReturnType<typeof openRounds>
export const ROUNDS: InjectionKey<Rounds> = Symbol('rounds')

export function useRounds(): Rounds {
  const rounds = inject(ROUNDS)
  if (!rounds) throw new Error('A component of the rounds stands outside their page.')
  return rounds
}

const DAYS = 30
const DAY_MS = 86_400_000
const NOT_THERE = 404

/** A day as Beijing counts it. */
export function dayOf(at: number): string {
  return new Date(at + 8 * 3_600_000).toISOString().slice(0, 10)
}

export function openRounds(page: Page) {
  const { line } = page
  const said = new URLSearchParams(location.search)
  const since = ref(said.get('since') ?? dayOf(Date.now() - DAYS * DAY_MS))
  const until = ref(said.get('until') ?? dayOf(Date.now()))
  const community = ref(said.get('community_id') ?? '')
  const flagged = ref(said.get('flagged') === 'true')
  const rounds = shallowRef<readonly Round[]>([])
  const coverage = shallowRef<Coverage | null>(null)
  const plans = shallowRef<readonly Plan[]>([])
  const phase = ref<'reading' | 'read' | 'failed'>('reading')
  const fault = ref('')
  const opened = shallowRef<Round | null>(null)
  const track = shallowRef<Track | null>(null)
  const forgotten = ref(false)
  let asked = 0

  const places = computed(() => {
    const english = page.preferences.language.value === 'en'
    const found = new Map((coverage.value?.rows ?? []).map((row) => [row.community_id, (english && row.community_en) || row.community]))
    return [...found].map(([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name, 'zh-CN'))
  })
  /** A community as the reader's language calls it, where its entrances were read. */
  const communityName = ({ community_id: id, community }: { readonly community_id: string; readonly community: string }) =>
    places.value.find((place) => place.id === id)?.name ?? community
  const rows = computed(() => (coverage.value?.rows ?? []).filter((row) => !community.value || row.community_id === community.value))
  const sums = computed<readonly Sum[]>(() => bySums(rows.value.map((row) => ({ ...row, community: communityName(row) }))))
  const shown = computed(() => rounds.value.filter((one) => !community.value || one.community_id === community.value))

  async function read(): Promise<void> {
    const mine = ++asked
    const span = { since: since.value, until: until.value }
    const [walked, reached, planned] = await Promise.all([
      answer(() => line.GET('/api/patrols', { params: { query: { ...span, flagged: flagged.value } } })),
      answer(() => line.GET('/api/coverage', { params: { query: span } })),
      answer(() => line.GET('/api/patrol-plans')),
    ])
    if (mine !== asked) return
    if (!walked.ok || !reached.ok) {
      const trouble = walked.ok ? (reached.ok ? null : reached.reason) : walked.reason
      if (trouble) page.troubled(trouble)
      fault.value = trouble?.kind === 'refused' ? trouble.detail : ' '
      phase.value = 'failed'
      return
    }
    rounds.value = walked.value
    coverage.value = reached.value
    if (planned.ok) plans.value = planned.value
    phase.value = 'read'
  }

  function remember(): void {
    const words = new URLSearchParams({ since: since.value, until: until.value })
    if (community.value) words.set('community_id', community.value)
    if (flagged.value) words.set('flagged', 'true')
    history.replaceState(null, '', `${location.pathname}?${words.toString()}`)
  }

  async function open(round: Round | null): Promise<void> {
    opened.value = round
    track.value = null
    forgotten.value = false
    if (!round?.ended_at) return
    const told = await answer(() => line.GET('/api/patrols/{patrol_id}/track', { params: { path: { patrol_id: round.id } } }))
    if (opened.value?.id !== round.id) return
    if (told.ok) track.value = trackOf(told.value)
    else if (told.reason.kind === 'refused' && told.reason.status === NOT_THERE) forgotten.value = true
    else page.troubled(told.reason)
  }

  /** A list to be walked through every so many days; true when it is kept. */
  async function addPlan(said: Schemas['api__patrols__schemas__PlanCreate']): Promise<boolean> {
    const told = await answer(() => line.POST('/api/patrol-plans', { body: said }))
    if (!told.ok) page.troubled(told.reason)
    else await read()
    return told.ok
  }

  async function bringIn(file: File): Promise<boolean> {
    const told = await answer(() =>
      line.POST('/api/patrols/import', { body: file, bodySerializer: (body: unknown) => body, headers: { 'Content-Type': 'application/gpx+xml' } } as never),
    )
    if (!told.ok) page.troubled(told.reason)
    else await read()
    return told.ok
  }

  watch([since, until, flagged], () => {
    remember()
    void read()
  })
  watch(community, remember)
  page.whenBack(() => void read())
  void read()

  return {
    ...{ page, since, until, community, flagged, phase, fault, coverage, plans, opened, track, forgotten },
    ...{ places, rows, sums, shown, communityName, read, open, bringIn, addPlan },
  }
}

interface Shape {
  readonly geometry: { readonly type: string; readonly coordinates: unknown }
  readonly properties: { readonly part: string }
}

/** The lines of a track, its stops, and the fixes that are no part of it. */
export function trackOf(collection: unknown): Track {
  const { features } = collection as { features: readonly Shape[] }
  const of = (part: string) => features.filter(({ properties }) => properties.part === part).map(({ geometry }) => geometry.coordinates)
  return { lines: of('line') as Line[], stops: of('stop') as Line[number][], leftOut: of('left_out') as Line[number][] }
}
