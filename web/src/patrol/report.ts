/** The report being made: it survives a closed tab but for its photos, and becomes parcels when it is submitted. */

import { computed, reactive, ref, watch } from 'vue'
import type { Schemas } from '../api/service'
import type { Draft } from '../core/outbox/parcel'
import type { Position } from '../core/place'
import { kept } from './kept'
import type { Photo } from './photo'
import { COARSE_M, type Located } from './position'

export interface Spot {
  readonly position: Position
  readonly accuracyM: number | null
  readonly located: 'gps' | 'pin' | 'photo'
}

interface Form {
  category: string
  words: string
  address: string
  severity: number | null
  /** How to reach a resident who reports without an account. */
  name: string
  phone: string
}

export const MOST_PHOTOS = 9
const BLANK: Form = { category: '', words: '', address: '', severity: null, name: '', phone: '' }

export function openReport(located: () => Located) {
  const memory = kept<Form>('draft')
  const before = memory.read()
  const form = reactive<Form>({ ...BLANK, ...before })
  const photos = ref<Photo[]>([])
  /** Where a finger or a photo says it is; without, where the phone is. */
  const chosen = ref<Spot | null>(null)
  const restored = ref(Boolean(before && (before.words || before.category || before.address)))

  const spot = computed<Spot | null>(() => {
    if (chosen.value) return chosen.value
    const now = located()
    return now.phase === 'fix' ? { position: now.fix.position, accuracyM: now.fix.accuracyM, located: 'gps' } : null
  })
  const isCoarse = computed(() => (spot.value?.accuracyM ?? 0) > COARSE_M)
  const photoSpot = computed(() => photos.value.find(({ taken }) => taken.position)?.taken.position ?? null)

  watch(form, (now) => memory.write({ ...now }))

  function clear(): void {
    for (const { shown } of photos.value) URL.revokeObjectURL(shown)
    Object.assign(form, BLANK)
    photos.value = []
    chosen.value = null
    restored.value = false
    memory.forget()
  }

  return { form, photos, chosen, restored, spot, isCoarse, photoSpot, clear }
}

/** What goes into the outbox for one report: its photos first, then the report that names them. */
export function parcelsOf(
  form: Readonly<Form>,
  photos: readonly Photo[],
  spot: Spot,
  { owner, label, now }: { owner: string; label: string; now: Date },
): Draft[] {
  const id = crypto.randomUUID()
  const sent = photos.map(
    (photo, n): Draft => ({
      ...{ id: photo.id, kind: 'photo', owner, method: 'PUT', type: 'image/jpeg' },
      ...{ address: `/api/photos/${photo.id}`, body: photo.jpeg, label: `${label} · ${n + 1}` },
    }),
  )
  const [lon, lat] = spot.position
  const said: Schemas['ReportCreate'] = {
    category: form.category,
    place: { lon, lat, accuracy_m: spot.accuracyM, datum: 'wgs84', located: spot.located, on_water: false },
    title: '',
    description: form.words.trim(),
    address: form.address.trim(),
    severity: form.severity,
    occurred_at: now.toISOString(),
    photos: sent.map((photo) => photo.id),
    ...(form.name || form.phone ? { reporter: { name: form.name.trim(), phone: form.phone.trim() } } : {}),
  }
  const body = new TextEncoder().encode(JSON.stringify(said)).buffer
  const after = said.photos ?? []
  return [...sent, { id, kind: 'report', owner, method: 'PUT', address: `/api/issues/${id}`, type: 'application/json', body, label, after }]
}
