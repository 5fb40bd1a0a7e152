/**
 * The line to the service: every request speaks the reader's language, waits only so long, and shows the word by which
 * the service knows its own page (api/access/forgery).
 *
 * When the service no longer knows who is asking, the request waits at the door until somebody has logged in again,
 * and is then made once more: nobody loses what they were doing because a session had ended.
 */

import createClient, { type Client } from 'openapi-fetch'
import type { Language } from '../text'
import type { paths } from './schema'

export type Line = Client<paths>
type Fetch = (request: Request) => Promise<Response>

export interface Door {
  /** The word that changing requests carry; empty while nobody is logged in. */
  word(): string
  /** Whether the one who was logged in is so again; false where a request has nobody to wait for. */
  returned(): Promise<boolean>
}

const PATIENCE_MS = 15_000
const UNKNOWN = 401
/** Proving who one is fails with 401 as well; there the reader has only mistyped. */
const PROVING = '/api/session'

/** `language` is asked at each request, so that a switch of language also switches the service's sentences. */
export function openLine(language: () => Language, door: Door, origin: string = location.origin): Line {
  return createClient<paths>({ baseUrl: origin, fetch: guarded(language, door, fetch) })
}

export function guarded(language: () => Language, door: Door, send: Fetch): Fetch {
  function dressed(request: Request): Request {
    const patience = AbortSignal.timeout(PATIENCE_MS)
    const ready = new Request(request, { signal: AbortSignal.any([request.signal, patience]) })
    ready.headers.set('Accept-Language', language())
    if (door.word()) ready.headers.set('X-Minqing-CSRF', door.word())
    return ready
  }
  return async (request) => {
    const spare = request.clone()
    const response = await send(dressed(request))
    if (response.status !== UNKNOWN || isProof(request) || !(await door.returned())) return response
    return send(dressed(spare))
  }
}

function isProof(request: Request): boolean {
  return request.method === 'POST' && new URL(request.url).pathname === PROVING
}
