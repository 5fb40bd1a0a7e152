/** The planner's words, and the small phrases that several of its components put together from them. */

import { computed } from 'vue'
import { amount } from '../core/format'
import type { Operation } from '../core/plan/operations'
import type { Plan } from '../core/plan/plan'
import type { Refusal } from '../core/plan/refusals'
import type { Standing } from '../core/plan/rule'
import { usePage } from '../frame/page'
import { useFrameWords, useText } from '../frame/words'
import { PLANNER_TEXTS } from '../text/planner'

const MARKS: Readonly<Record<Standing, string>> = { below: '▼', low: '', fine: '', high: '', above: '▲' }

export function usePlannerWords() {
  const { language } = usePage().preferences
  const { reason } = useFrameWords()
  const words = useText(PLANNER_TEXTS)
  const count = (value: number): string => amount(value, language.value)

  /** A refusal in the reader's language. */
  const told = (refusal: Refusal): string => (language.value === 'en' ? refusal.en : refusal.zh)
  /** Words that the service gives in both languages. */
  const both = (said: { zh: string; en: string }): string => (language.value === 'en' ? said.en : said.zh)

  /** “第12微网格” of a compound is short for the map. */
  function short(name: string): string {
    const number = /第(\d+)微网格$/.exec(name)?.[1]
    return number ? words.value.editor.shortGrid(number) : name.length > 10 ? `${name.slice(0, 9)}…` : name
  }

  function figure(households: number, standing: Standing): string {
    return words.value.editor.figure(MARKS[standing], count(households))
  }

  function gridName(plan: Plan | null, key: string | null): string {
    if (key === null) return words.value.editor.loose
    return plan?.grids.get(key)?.name ?? '…'
  }

  /** An edit in one line: what, and about what. */
  function edit(plan: Plan | null, { verb, arguments: said }: Operation | { verb: string; arguments: Readonly<Record<string, unknown>> }): string {
    const what = words.value.log.verbs[verb] ?? verb
    const facts = said as Record<string, unknown>
    const spans = (facts['spans'] ?? facts['these']) as readonly { unit: string }[] | undefined
    const unit = (key: unknown): string => unitName(plan, String(key))
    const about = [
      spans?.length ? `${unit(spans[0]!.unit)}${spans.length > 1 ? ` +${spans.length - 1}` : ''}` : '',
      typeof facts['a'] === 'string' ? `${unit(facts['a'])} – ${unit(facts['b'])}` : '',
      typeof facts['absorbed'] === 'string' ? gridName(plan, facts['absorbed']) : '',
      typeof facts['grid'] === 'string' ? gridName(plan, facts['grid']) : '',
      typeof facts['name'] === 'string' ? `“${facts['name']}”` : '',
      typeof facts['to'] === 'string' ? `→ ${gridName(plan, facts['to'])}` : '',
      typeof facts['into'] === 'string' ? `→ ${gridName(plan, facts['into'])}` : '',
    ].filter((part) => part && part !== '…')
    return [what, ...about].join(' ')
  }

  return { words, language, reason, count, told, both, short, figure, gridName, edit, marks: computed(() => MARKS) }
}

/** A building's name; one that was drawn a moment ago has none yet. */
export function buildingName(plan: Plan | null, key: string): string {
  return plan?.buildings.get(key)?.name || '…'
}

export function unitName(plan: Plan | null, key: string): string {
  const unit = plan?.units[plan.number.get(key) ?? -1]
  if (!unit || !plan) return '…'
  const building = plan.buildings.get(unit.building)!
  // “1栋” is in every compound.
  const home = plan.compounds.size > 1 ? `${plan.compounds.get(building.compound)?.name ?? ''} ` : ''
  return `${home}${building.name} ${unit.name}`
}
