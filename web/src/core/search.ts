/**
 * The list under the search box as one pure function from state and event to state.
 *
 * Answers may overtake each other on a slow line: an answer to an older question is dropped.
 */

export interface SearchState<Hit> {
  readonly query: string
  readonly phase: 'idle' | 'waiting' | 'found' | 'failed'
  readonly hits: readonly Hit[]
  readonly truncated: boolean
  /** The hit that Enter takes; -1 when there is none. */
  readonly active: number
  readonly open: boolean
}

export type SearchEvent<Hit> =
  | { readonly kind: 'typed'; readonly query: string }
  | { readonly kind: 'answered'; readonly query: string; readonly hits: readonly Hit[]; readonly truncated: boolean }
  | { readonly kind: 'failed'; readonly query: string }
  | { readonly kind: 'moved'; readonly by: number }
  | { readonly kind: 'pointed'; readonly at: number }
  | { readonly kind: 'opened' }
  | { readonly kind: 'closed' }

export function quiet<Hit>(): SearchState<Hit> {
  return { query: '', phase: 'idle', hits: [], truncated: false, active: -1, open: false }
}

export function step<Hit>(state: SearchState<Hit>, event: SearchEvent<Hit>): SearchState<Hit> {
  switch (event.kind) {
    case 'typed':
      return typed(state, event.query)
    case 'answered': {
      if (event.query.trim() !== state.query.trim()) return state
      const { hits, truncated } = event
      return { ...state, phase: 'found', hits, truncated, active: hits.length ? 0 : -1 }
    }
    case 'failed':
      return event.query.trim() === state.query.trim() ? { ...state, phase: 'failed', hits: [], active: -1 } : state
    case 'moved':
      return { ...state, open: true, active: turned(state.active + event.by, state.hits.length) }
    case 'pointed':
      return event.at < state.hits.length ? { ...state, active: event.at } : state
    case 'opened':
      return { ...state, open: state.query.trim() !== '' }
    case 'closed':
      return { ...state, open: false }
  }
}

function typed<Hit>(state: SearchState<Hit>, query: string): SearchState<Hit> {
  if (query.trim() === '') return { ...quiet<Hit>(), query }
  if (query.trim() === state.query.trim()) return { ...state, query, open: true }
  return { ...state, query, phase: 'waiting', open: true }
}

/** The index after the last is the first, and the other way round. */
function turned(index: number, length: number): number {
  return length === 0 ? -1 : (index + length) % length
}

/** Cut a text where it matches the query, so that the match can be set off: every second piece is a match. */
export function pieces(text: string, query: string): string[] {
  const wanted = query.trim().toLowerCase()
  const at = wanted ? text.toLowerCase().indexOf(wanted) : -1
  if (at < 0) return [text]
  return [text.slice(0, at), text.slice(at, at + wanted.length), text.slice(at + wanted.length)]
}
