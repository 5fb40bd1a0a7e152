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

export interface Form {
  category: string
  words: string
  address: string
  severity: number | null
  /** How to reach a resident who reports without an account. */
  name: string
  phone: string
  /** Photos of a report made before, which is being put right: they are in the outbox, or have arrived. */
  sent: readonly string[]
}

export const MOST_PHOTOS = 9
const BLANK: Form = { category: '', words: '', address: '', severity: null, name: '', phone: '', sent: [] }

export function openReport(located: () => Located) {
  const memory = kept<Form>('draft')
  const before = memory.read()
  const form = reactive<Form>({ ...BLANK, ...before })
  const photos = ref<Photo[]>([])
  /** Where a finger or a photo says it is; without, where the phone is. */
  const chosen = ref<Spot | null>(null)
  /** The answer to the question about a boundary. */
  const grid = ref<string | null>(null)
  const onWater = ref(false)
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
    grid.value = null
    onWater.value = false
    restored.value = false
    memory.forget()
  }

  return { form, photos, chosen, grid, onWater, restored, spot, isCoarse, photoSpot, clear }
}

export interface Made {
  readonly owner: string
  readonly label: string
  readonly now: Date
  readonly grid?: string | null
  readonly onWater?: boolean
}

/** What goes into the outbox for one report: its photos first, then the report that names them. */
export function parcelsOf(
  form: Readonly<Form>,
  photos: readonly Photo[],
  spot: Spot,
  { owner, label, now, grid = null, onWater = false }: Made,
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
    place: { lon, lat, accuracy_m: spot.accuracyM, datum: 'wgs84', located: spot.located, on_water: onWater, ...(grid ? { micro_grid_id: grid } : {}) },
    title: '',
    description: form.words.trim(),
    address: form.address.trim(),
    severity: form.severity,
    occurred_at: now.toISOString(),
    photos: [...form.sent, ...sent.map((photo) => photo.id)],
    ...(form.name || form.phone ? { reporter: { name: form.name.trim(), phone: form.phone.trim() } } : {}),
  }
  const body = new TextEncoder().encode(JSON.stringify(said)).buffer
  const after = said.photos ?? []
  return [...sent, { id, kind: 'report', owner, method: 'PUT', address: `/api/issues/${id}`, type: 'application/json', body, label, after }]
}

/** The form of a report that was refused, to be put right; its photos stay where they are. Null where it cannot be read. */
export function draftOf(body: ArrayBuffer): Form | null {
  try {
    const said = JSON.parse(new TextDecoder().decode(body)) as Schemas['ReportCreate']
    const { category, description = '', address = '', severity = null, photos = [], reporter } = said
    return { category, words: description, address, severity, name: reporter?.name ?? '', phone: reporter?.phone ?? '', sent: photos }
  } catch {
    return null
  }
}

/** Leave a form for the report tab to open with. */
export function leaveDraft(form: Form): void {
  kept<Form>('draft').write(form)
}
