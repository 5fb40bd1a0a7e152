/** An event reads as a sentence, also one of a capability that came later. */

import { expect, test } from 'vitest'
import { deedOf, faultOf, momentOf, thingOf } from '../src/core/deed'
import { AUDIT_TEXTS } from '../src/text/audit'

const words = AUDIT_TEXTS['zh-CN']
const event = { action: 'person.revealed', kind: 'person', object_id: '0195a3c4-1111-7000-8000-00000000abcd', details: {} }

test('a known deed has its own words', () => {
  expect(deedOf(event, words)).toBe('查看了号码')
  expect(thingOf(event, words)).toBe('人员 …0000abcd')
})

test('a change over HTTP tells its address', () => {
  const made = { ...event, action: 'request.made', details: { method: 'POST', route: '/api/plans' } }
  expect(deedOf(made, words)).toBe('提交了更改 POST /api/plans')
})

test('a deed of a later capability is told by its verb', () => {
  expect(deedOf({ ...event, action: 'plan.published', kind: 'plan' }, words)).toBe('发布了 方案')
  expect(deedOf({ ...event, action: 'kite.flown', kind: '' }, words)).toContain('flown')
})

test('the checker’s words find ours', () => {
  expect(faultOf('the event was changed')).toBe('changed')
  expect(faultOf('event 7 is missing or out of order')).toBe('missing')
  expect(faultOf("the chain's end is missing")).toBe('end')
})

test('a day is a day in China, whatever the clock of the computer says', () => {
  expect(momentOf('2026-03-01', { end: false })).toBe('2026-02-28T16:00:00.000Z')
  expect(momentOf('2026-03-01', { end: true })).toBe('2026-03-01T16:00:00.000Z')
  expect(momentOf('', { end: true })).toBeUndefined()
})
