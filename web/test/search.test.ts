/** The search list: late answers do not overwrite newer ones, the arrows turn round, Escape shuts. */

import { describe, expect, test } from 'vitest'
import { pieces, quiet, step, type SearchEvent, type SearchState } from '../src/core/search'

function after(...events: SearchEvent<string>[]): SearchState<string> {
  return events.reduce(step<string>, quiet<string>())
}

const typed = (query: string): SearchEvent<string> => ({ kind: 'typed', query })
const answered = (query: string, ...hits: string[]): SearchEvent<string> => ({
  kind: 'answered',
  query,
  hits,
  truncated: false,
})
const moved = (by: number): SearchEvent<string> => ({ kind: 'moved', by })

describe('the search list', () => {
  test('waits for the answer to what was typed', () => {
    expect(after(typed('福汀'))).toMatchObject({ phase: 'waiting', open: true, active: -1 })
  })

  test('offers the best hit to Enter at once', () => {
    expect(after(typed('福汀'), answered('福汀', 'a', 'b'))).toMatchObject({ phase: 'found', active: 0 })
  })

  test('drops an answer that a newer question has overtaken', () => {
    const state = after(typed('福'), typed('福汀'), answered('福', 'old'))
    expect(state).toMatchObject({ phase: 'waiting', hits: [] })
  })

  test('drops the failure of an older question too', () => {
    expect(after(typed('福'), typed('福汀'), { kind: 'failed', query: '福' }).phase).toBe('waiting')
  })

  test('keeps its hits while only blanks are added', () => {
    expect(after(typed('福汀'), answered('福汀', 'a'), typed('福汀 ')).hits).toEqual(['a'])
  })

  test('turns from the last hit to the first and back', () => {
    const found = [typed('x'), answered('x', 'a', 'b', 'c')]
    expect(after(...found, moved(-1)).active).toBe(2)
    expect(after(...found, moved(-1), moved(1)).active).toBe(0)
  })

  test('has nothing to move in when nothing was found', () => {
    expect(after(typed('x'), answered('x'), moved(1)).active).toBe(-1)
  })

  test('ignores a pointer on a row that is gone', () => {
    expect(after(typed('x'), answered('x', 'a'), { kind: 'pointed', at: 5 }).active).toBe(0)
  })

  test('is quiet again when the box is emptied', () => {
    expect(after(typed('x'), answered('x', 'a'), typed(''))).toEqual(quiet())
  })

  test('does not open over an empty box', () => {
    expect(after({ kind: 'opened' }).open).toBe(false)
    expect(after(typed('x'), { kind: 'closed' }, { kind: 'opened' }).open).toBe(true)
  })
})

describe('a hit', () => {
  test('shows which part of its name matched', () => {
    expect(pieces('福汀社区', '汀社')).toEqual(['福', '汀社', '区'])
    expect(pieces('Futing Community', 'TING')).toEqual(['Fu', 'ting', ' Community'])
  })

  test('is whole when it was found by its code or address', () => {
    expect(pieces('福汀社区', '5101')).toEqual(['福汀社区'])
    expect(pieces('福汀社区', '  ')).toEqual(['福汀社区'])
  })
})
