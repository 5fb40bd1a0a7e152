/** What the list of edits says is in effect, after turns of the log. */

import { expect, test } from 'vitest'
import { noted, withPast } from '../../src/core/plan/journal'
import type { LogEntry } from '../../src/core/plan/wire'

const entry = (version: number, verb: string, of: number | null = null): LogEntry => ({
  ...{ version, verb, of, arguments: {}, who: '甲', mine: true, client: null, at: '2026-11-25T08:00:00Z', community_id: 'c' },
  in_effect: verb !== 'undo' && verb !== 'redo',
})

function effective(...entries: LogEntry[]): number[] {
  return noted([], entries).filter(({ in_effect }) => in_effect).map(({ version }) => version)
}

test('what was undone is out of effect until it is done again', () => {
  expect(effective(entry(1, 'rename'), entry(2, 'undo', 1))).toEqual([])
  expect(effective(entry(1, 'rename'), entry(2, 'undo', 1), entry(3, 'redo', 1))).toEqual([1])
})

test('an undone take-back puts what it took back into effect again', () => {
  const lines = [entry(1, 'rename'), entry(2, 'lock'), entry(3, 'take_back', 1)]
  expect(effective(...lines)).toEqual([2, 3])
  expect(effective(...lines, entry(4, 'undo', 3))).toEqual([1, 2])
})

test('an entry told twice is there once, and what is not known here is left alone', () => {
  expect(noted([entry(5, 'rename')], [entry(5, 'rename'), entry(6, 'undo', 2)]).map(({ version }) => version)).toEqual([5, 6])
})

test('the past is put before what is known, and nothing of it is reckoned anew', () => {
  const undone = { ...entry(1, 'rename'), in_effect: true } // done again by an edit that the window knows
  const log = [entry(3, 'redo', 1), entry(4, 'lock')]
  expect(withPast(log, [undone, entry(2, 'undo', 1), entry(3, 'redo', 1)])).toEqual([undone, entry(2, 'undo', 1), ...log])
})
