/** Hands one parcel to the service, and reads off the answer what to do next. Every wait has an end. */

import type { Parcel, Reply } from './parcel'

const REPORT_WITHIN_MS = 20_000
/** Slow enough signal still moves a photo: 100 kB take 20 s at 40 kbit/s. */
const MS_A_BYTE = 0.2
const PIECE_BYTES = 256 * 1024
const NOT_NOW = new Set([401, 408, 423, 425, 429])
const GATEWAY = new Set([502, 503, 504])

export type Send = (parcel: Parcel, body: ArrayBuffer) => Promise<Reply>

export interface Sender {
  readonly fetch: (request: Request) => Promise<Response>
  /** Headers that tell who asks and in which language. */
  readonly headers: () => Readonly<Record<string, string>>
  readonly origin: string
}

export function openSender(sender: Sender): Send {
  return async (parcel, body) => {
    try {
      return parcel.kind === 'photo' && parcel.bytes > PIECE_BYTES ? await inPieces(sender, parcel, body) : await whole(sender, parcel, body)
    } catch {
      return { kind: 'away' }
    }
  }
}

async function whole({ fetch, headers, origin }: Sender, parcel: Parcel, body: ArrayBuffer): Promise<Reply> {
  const response = await fetch(
    new Request(new URL(parcel.address, origin), {
      method: parcel.method,
      headers: { ...headers(), 'Content-Type': parcel.type },
      body,
      signal: AbortSignal.timeout(REPORT_WITHIN_MS + Math.ceil(body.byteLength * MS_A_BYTE)),
    }),
  )
  return replyOf(response, await response.text())
}

/** A photo over a bad line: the service says how much of it has come (404: nothing), and only the rest is sent. */
async function inPieces(sender: Sender, parcel: Parcel, body: ArrayBuffer): Promise<Reply> {
  let from = await received(sender, parcel)
  for (;;) {
    const to = Math.min(from + PIECE_BYTES, body.byteLength)
    const range = { 'Content-Range': `bytes ${from}-${to - 1}/${body.byteLength}` }
    const headers = () => ({ ...sender.headers(), ...range })
    const reply = await whole({ ...sender, headers }, parcel, body.slice(from, to))
    if (reply.kind !== 'arrived' || to === body.byteLength) return reply
    from = to
  }
}

async function received({ fetch, headers, origin }: Sender, { address, bytes }: Parcel): Promise<number> {
  const { pathname } = new URL(address, origin)
  const signal = AbortSignal.timeout(REPORT_WITHIN_MS)
  const response = await fetch(new Request(new URL(pathname, origin), { headers: headers(), signal }))
  if (!response.ok) return 0
  const { received: got } = (await response.json()) as { received?: unknown }
  return typeof got === 'number' && got > 0 && got < bytes ? got : 0
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
