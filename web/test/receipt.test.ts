import { expect, test } from 'vitest'
import { remarksOf } from '../src/patrol/receipt'

const CLOCK = { code: 'clock', zh: '时钟相差 3.0 小时', en: 'off by 3.0 hours' }
const NO_BODY = { code: 'no-body', zh: '没有规则', en: 'no rule' }
const QUESTION = { zh: '请问是在哪个微网格?', en: 'which micro-grid is it?', choices: [] }

test('a wrong clock and an open boundary are told, who answers for it is not the phone’s affair', () => {
  const answer = JSON.stringify({ warnings: [CLOCK, NO_BODY], question: QUESTION })
  expect(remarksOf(answer, 'zh')).toEqual([CLOCK.zh, QUESTION.zh])
  expect(remarksOf(answer, 'en')).toEqual([CLOCK.en, QUESTION.en])
})

test('nothing is remarked where nothing is wrong, nor where the answer is no receipt', () => {
  expect(remarksOf(JSON.stringify({ warnings: [], question: null }), 'zh')).toEqual([])
  expect(remarksOf('', 'en')).toEqual([])
  expect(remarksOf('<html>', 'en')).toEqual([])
})
