/** An event of the audit as a sentence: who did what to which thing. Ids stay ids: an auditor reads no contents. */

export interface Words {
  readonly deeds: Readonly<Record<string, string>>
  readonly verbs: Readonly<Record<string, string>>
  readonly kinds: Readonly<Record<string, string>>
}

export interface Event {
  readonly action: string
  readonly kind: string
  readonly object_id: string
  readonly details: Readonly<Record<string, unknown>>
}

/** What was done. A deed of a capability that this page does not know by name is told by its verb. */
export function deedOf({ action, kind, details }: Event, words: Words): string {
  const known = words.deeds[action]
  if (action === 'request.made') return `${known ?? action} ${details['method'] ?? ''} ${details['route'] ?? ''}`.trim()
  if (known) return known
  const [thing = '', verb = ''] = action.split('.')
  const noun = words.kinds[kind] ?? words.kinds[thing] ?? kind ?? thing
  return `${words.verbs[verb] ?? verb} ${noun || thing}`.trim()
}

/** What it was done to: the kind and the beginning of the id, enough to tell two apart. */
export function thingOf({ kind, object_id }: Event, words: Words): string {
  if (!object_id) return ''
  return `${words.kinds[kind] ?? kind} ${object_id.length > 13 ? `…${object_id.slice(-8)}` : object_id}`.trim()
}

/** Why a chain broke, from the checker's words to the page's. */
export function faultOf(why: string): 'changed' | 'missing' | 'end' | 'other' {
  if (why.includes('was changed')) return 'changed'
  if (why.includes('end is missing')) return 'end'
  if (why.includes('missing') || why.includes('out of order')) return 'missing'
  return 'other'
}

/** A day typed into a date field as the moment it begins in China, or ends (the next day's beginning). */
export function momentOf(day: string, { end }: { end: boolean }): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined
  const begin = new Date(`${day}T00:00:00+08:00`)
  return new Date(begin.getTime() + (end ? 86_400_000 : 0)).toISOString()
}
