/**
 * Hears from the service which cases have changed (server-sent events), so that an open desk shows them without being
 * asked. The browser takes the line up again by itself where it broke, and the service tells what was missed meanwhile.
 */

export interface Change {
  readonly id: string
  readonly code: string
}

export interface Heard {
  /** These cases have changed. */
  readonly changed: (cases: readonly Change[]) => void
  /** Too much was missed to be told: read everything again. */
  readonly reset: () => void
}

const ADDRESS = '/api/issues/events'

/** Begin to listen; the returned function listens anew where the line was given up (after a log-in). */
export function listen({ changed, reset }: Heard, open: (address: string) => EventSource = (address) => new EventSource(address)): () => void {
  let line: EventSource | null = null

  function begin(): void {
    if (line && line.readyState !== EventSource.CLOSED) return
    line = open(ADDRESS)
    line.addEventListener('issues', (event) => changed(casesIn((event as MessageEvent<string>).data)))
    line.addEventListener('reset', reset)
  }

  begin()
  return begin
}

/** The cases that an event names; what cannot be read names none. */
export function casesIn(data: string): Change[] {
  try {
    const told = JSON.parse(data) as unknown
    return Array.isArray(told) ? (told as Change[]).map(({ id, code }) => ({ id, code })) : []
  } catch {
    return []
  }
}
