import { describe, expect, it } from 'vitest'
import { casesOf, COUNTED, listable, NO_FILTER, readQuery, writeQuery } from '../src/core/heatfilter'
import { ISSUE_TEXTS } from '../src/text/issues'

describe('the way from a number to its cases', () => {
  it('names every stage but those that are no case of their own', () => {
    const all = Object.keys(ISSUE_TEXTS['zh-CN'].statuses)
    expect([...COUNTED, 'merged', 'split', 'void'].sort()).toEqual([...all].sort())
    const asked = new URLSearchParams(casesOf(NO_FILTER).split('?')[1])
    expect(asked.getAll('status')).toEqual([...COUNTED])
  })

  it('keeps the stage that was asked for', () => {
    const asked = new URLSearchParams(casesOf({ ...NO_FILTER, status: ['merged'] }).split('?')[1])
    expect(asked.getAll('status')).toEqual(['merged'])
  })

  it('is none where a list cannot be asked for the same', () => {
    expect(listable({ ...NO_FILTER, category: ['noise'] })).toBe(true)
    expect(listable({ ...NO_FILTER, hour: ['22'] })).toBe(false)
    expect(listable({ ...NO_FILTER, weekday: ['7'] })).toBe(false)
  })

  it('comes back from the address as it went in', () => {
    const search = '?since=2026-01-01&category=noise&hour=22&drawn=areas&level=micro_grid&per=patrol&compare=difference&before=2025-01-01'
    const { filter, view } = readQuery(search)
    expect(readQuery(writeQuery(filter, view))).toEqual({ filter, view })
  })
})
