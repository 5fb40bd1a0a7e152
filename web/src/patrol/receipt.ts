/** What the service remarks on a report that has arrived: a clock that is wrong, a boundary of which the side is still open. */

import type { Schemas } from '../api/service'

type Remark = Pick<Schemas['ReceiptRead'], 'warnings' | 'question'>
const TOLD = new Set(['clock', 'moment'])

/** The remarks as sentences; none where the answer is no receipt. */
export function remarksOf(answer: string, language: 'zh' | 'en'): readonly string[] {
  try {
    const { warnings, question } = JSON.parse(answer) as Partial<Remark>
    const said = (warnings ?? []).filter(({ code }) => TOLD.has(code)).map((warning) => warning[language])
    return question ? [...said, question[language]] : said
  } catch {
    return []
  }
}
