/** The service's log as this window knows it: what was done, and what of it is in effect. */

import type { LogEntry } from './wire'

/** The log with some entries more, oldest first. Whoever undoes a take-back puts what it took back into effect again. */
export function noted(log: readonly LogEntry[], entries: readonly LogEntry[]): readonly LogEntry[] {
  const known = new Map(log.map((entry) => [entry.version, entry]))
  for (const entry of entries) {
    known.set(entry.version, entry)
    let isOn = entry.verb === 'redo'
    let about = entry.of === null ? undefined : known.get(entry.of)
    while (about) {
      known.set(about.version, { ...about, in_effect: isOn })
      isOn = isOn === (about.verb === 'redo')
      about = about.of === null ? undefined : known.get(about.of)
    }
  }
  return [...known.values()].sort((a, b) => a.version - b.version)
}

/** The log with a page of its past before it. What of these is in effect the service knew when it told them. */
export function withPast(log: readonly LogEntry[], past: readonly LogEntry[]): readonly LogEntry[] {
  const known = new Set(log.map(({ version }) => version))
  return [...past.filter(({ version }) => !known.has(version)), ...log]
}
