/** Hands one parcel to the service, and reads off the answer what to do next. Every wait has an end. */

import type { Parcel, Reply } from './parcel'

const REPORT_WITHIN_MS = 20_000
/** Slow enough signal still moves a photo: 100 kB take 20 s at 40 kbit/s. */
const MS_A_BYTE = 0.2
const NOT_NOW = new Set([401, 408, 423, 425, 429])
const GATEWAY = new Set([502, 503, 504])

export type Send = (parcel: Parcel, body: ArrayBuffer) => Promise<Reply>

export interface Sender {
  readonly fetch: (request: Request) => Promise<Response>
  /** Headers that tell who asks and in which language. */
  readonly headers: () => Readonly<Record<string, string>>
  readonly origin: string
}

export function openSender({ fetch, headers, origin }: Sender): Send {
  return async (parcel, body) => {
    const patience = AbortSignal.timeout(REPORT_WITHIN_MS + parcel.bytes * MS_A_BYTE)
    const request = new Request(new URL(parcel.address, origin), {
      method: parcel.method,
      headers: { ...headers(), 'Content-Type': parcel.type },
      body,
      signal: patience,
    })
    try {
      const response = await fetch(request)
      return replyOf(response, await response.text())
    } catch {
      return { kind: 'away' }
    }
  }
}

/** What an answer means for the parcel. Only what the service has surely understood counts as an arrival or a refusal. */
export function replyOf(response: Pick<Response, 'status' | 'headers'>, text: string): Reply {
  const { status } = response
  if (status >= 200 && status < 300) return { kind: 'arrived', answer: text }
  if (GATEWAY.has(status)) return { kind: 'away' }
  const words = wordsOf(text)
  if (status === 409) return { kind: 'conflict', words }
  if (NOT_NOW.has(status) || status >= 500) {
    return { kind: 'later', waitS: Number(response.headers.get('Retry-After') ?? 0) || 0, words }
  }
  return { kind: 'refused', words }
}

/** The sentence in an application/problem+json answer (RFC 9457). */
function wordsOf(text: string): string {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown }
    return typeof detail === 'string' ? detail : ''
  } catch {
    return ''
  }
}
