/** What is reported close by of the same kind: by the service, or, without signal, by what the phone last read. */

import type { Schemas } from '../api/service'
import { distanceM } from '../core/distance'
import type { Draft } from '../core/outbox/parcel'
import type { Position } from '../core/place'

export interface Close {
  readonly code: string
  readonly category: string
  readonly status: Schemas['IssueRead']['status']
  readonly metres: number
  readonly me_too: number
}

type Known = Pick<Schemas['IssueRead'], 'code' | 'category' | 'status' | 'lon' | 'lat' | 'me_too'>

/** As far as the service looks round a new report. */
const NEAR_M = 50

/** Those of the cases last read that are of a category and near, the nearest first. */
export function closeBy(known: readonly Known[], category: string, at: Position): Close[] {
  return known
    .filter((issue) => issue.category === category)
    .map(({ code, category: kind, status, lon, lat, me_too }) => ({ code, category: kind, status, me_too, metres: distanceM(at, [lon, lat]) }))
    .filter(({ metres }) => metres <= NEAR_M)
    .sort((a, b) => a.metres - b.metres)
}

/** “Me too” as a parcel: said without signal it goes out later, and counts once however often it is sent. */
export function meTooParcel(code: string, owner: string, label: string): Draft {
  const address = `/api/public/issues/${code}/me-too`
  return { id: crypto.randomUUID(), kind: 'action', owner, method: 'POST', address, type: 'application/json', body: new ArrayBuffer(0), label }
}
