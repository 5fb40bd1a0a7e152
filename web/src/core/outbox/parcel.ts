/**
 * A parcel is something made on the phone that has to reach the service: a report, a photo, a visit, a stretch of track.
 *
 * Its id is made on the phone and is its address at the service, so sending it twice is the same as sending it once. What
 * follows here is pure: which parcels may go now, and what a reply makes of one. Nothing but an arrival, or a person who
 * throws it away, ever takes a parcel out of the queue.
 */

export type ParcelKind = 'photo' | 'report' | 'action' | 'visit' | 'track' | 'patrol'

export type ParcelState =
  /** To be sent, again if need be. */
  | 'waiting'
  /** The service has it. */
  | 'arrived'
  /** The service will not have it as it is, and said why: a person has to look at it. */
  | 'refused'
  /** The service has another thing of this id, or a newer state: a person has to choose. */
  | 'conflict'

export interface Parcel {
  readonly id: string
  readonly kind: ParcelKind
  /** Who made it; it is sent under no other name. */
  readonly owner: string
  readonly method: 'PUT' | 'POST'
  /** The path at the service. */
  readonly address: string
  readonly type: string
  /** How large its body is; the body itself lies beside it in the store. */
  readonly bytes: number
  /** Parcels that have to have arrived before. */
  readonly after: readonly string[]
  /** What a person recognises it by. */
  readonly label: string
  /** Milliseconds since 1970, by the phone's clock. */
  readonly madeAt: number
  readonly state: ParcelState
  readonly tries: number
  /** Not to be sent before; milliseconds since 1970. */
  readonly restsUntil: number
  /** What the service said last, in the reader's language. */
  readonly words: string
  /** What the service answered on arrival, as it was sent (JSON or empty). */
  readonly answer: string
}

export type Draft = Pick<Parcel, 'id' | 'kind' | 'owner' | 'method' | 'address' | 'type' | 'label'> &
  Partial<Pick<Parcel, 'after'>> & { readonly body: ArrayBuffer }

/** What came of sending one parcel. */
export type Reply =
  | { readonly kind: 'arrived'; readonly answer: string }
  | { readonly kind: 'refused' | 'conflict'; readonly words: string }
  /** No answer in time, or none at all: the service may have it or not. */
  | { readonly kind: 'away' }
  /** The service is there but asks to wait, or does not know who is asking. */
  | { readonly kind: 'later'; readonly waitS: number; readonly words: string }

const FIRST_REST_MS = 2_000
const LONGEST_REST_MS = 5 * 60_000
const DOUBLINGS = 8

export function packed({ body, ...draft }: Draft, now: number): Parcel {
  const fresh = { state: 'waiting', tries: 0, restsUntil: 0, words: '', answer: '' } as const
  return { after: [], ...draft, bytes: body.byteLength, madeAt: now, ...fresh }
}

/** Parcels that may be sent now, in the order in which they were made; one whose forerunner is stuck waits with it. */
export function due(parcels: readonly Parcel[], owner: string, now: number): readonly Parcel[] {
  const open = new Set(parcels.filter((parcel) => parcel.state !== 'arrived').map((parcel) => parcel.id))
  return parcels
    .filter((parcel) => parcel.state === 'waiting' && parcel.owner === owner)
    .filter((parcel) => rested(parcel, now) && !parcel.after.some((id) => open.has(id)))
    .slice()
    .sort(byAge)
}

/** A phone whose clock was set back would rest for ever; no rest is longer than the longest. */
function rested(parcel: Parcel, now: number): boolean {
  return parcel.restsUntil <= now || parcel.restsUntil > now + LONGEST_REST_MS
}

function byAge(a: Parcel, b: Parcel): number {
  return a.madeAt - b.madeAt || (a.id < b.id ? -1 : 1)
}

/** When the next parcel may be sent that is now at rest; null where none is. */
export function wakesAt(parcels: readonly Parcel[], owner: string): number | null {
  const resting = parcels.filter((parcel) => parcel.state === 'waiting' && parcel.owner === owner)
  return resting.length ? Math.min(...resting.map((parcel) => parcel.restsUntil)) : null
}

/** The parcel after a reply. Rests grow from seconds to minutes; `chance` in [0, 1) keeps phones out of step. */
export function after(parcel: Parcel, reply: Reply, now: number, chance: number): Parcel {
  const tries = parcel.tries + 1
  switch (reply.kind) {
    case 'arrived':
      return { ...parcel, tries, state: 'arrived', words: '', answer: reply.answer }
    case 'refused':
    case 'conflict':
      return { ...parcel, tries, state: reply.kind, words: reply.words }
    case 'later':
      return { ...parcel, tries, words: reply.words, restsUntil: now + Math.max(reply.waitS * 1000, rest(tries, chance)) }
    case 'away':
      return { ...parcel, tries, restsUntil: now + rest(tries, chance) }
  }
}

function rest(tries: number, chance: number): number {
  const doubled = FIRST_REST_MS * 2 ** Math.min(tries - 1, DOUBLINGS)
  return Math.min(doubled, LONGEST_REST_MS) * (0.75 + chance / 4)
}

/** The parcel to be tried again at once, because a person or a returning signal asks for it. */
export function roused(parcel: Parcel): Parcel {
  return parcel.state === 'waiting' ? { ...parcel, restsUntil: 0 } : parcel
}

/** A refused or conflicting parcel made ready to be sent once more. */
export function retried(parcel: Parcel): Parcel {
  return parcel.state === 'arrived' ? parcel : { ...parcel, state: 'waiting', restsUntil: 0, words: '' }
}

export interface Unsent {
  readonly count: number
  /** When the oldest was made; null where there is none. */
  readonly oldest: number | null
  /** How many of them a person has to look at. */
  readonly stuck: number
}

/** “n unsent, oldest t”. */
export function unsent(parcels: readonly Parcel[]): Unsent {
  const open = parcels.filter((parcel) => parcel.state !== 'arrived')
  return {
    count: open.length,
    oldest: open.length ? Math.min(...open.map((parcel) => parcel.madeAt)) : null,
    stuck: open.filter((parcel) => parcel.state !== 'waiting').length,
  }
}
