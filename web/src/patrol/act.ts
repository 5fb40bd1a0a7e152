/** A step in a case as parcels: its photos first, then the step that names them. Sent twice, it is done once. */

import type { Schemas } from '../api/service'
import type { Draft } from '../core/outbox/parcel'
import type { Photo } from './photo'

export type Step = Schemas['ActCreate']['action']

export interface Doing {
  readonly issue: string
  readonly version: number
  readonly action: Step
  readonly reason: string
  readonly photos: readonly Photo[]
}

export function parcelsOfAct({ issue, version, action, reason, photos }: Doing, owner: string, label: string): Draft[] {
  const id = crypto.randomUUID()
  const sent = photos.map(
    (photo): Draft => ({
      ...{ id: photo.id, kind: 'photo', owner, method: 'PUT', type: 'image/jpeg' },
      ...{ address: `/api/photos/${photo.id}?moment=after`, body: photo.jpeg, label },
    }),
  )
  const after = sent.map((photo) => photo.id)
  const said = { action, id, base_version: version, reason: reason.trim(), photos: after }
  const body = new TextEncoder().encode(JSON.stringify(said)).buffer as ArrayBuffer
  const address = `/api/issues/${issue}/acts`
  return [...sent, { id, kind: 'action', owner, method: 'POST', address, type: 'application/json', body, label, after }]
}
