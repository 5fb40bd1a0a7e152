/** What the choice of a target asks of the service. */

import { answer, type Answer } from '../../api/service'
import type { Line } from '../../api/line'
import type { components } from '../../api/schema'
import { said, type Leanings } from '../../core/plan/leanings'
import type { Rule } from '../../core/plan/plan'
import type { PlanHead, Run } from '../asks'

export type Frontier = components['schemas']['FrontierRead']
export type Choice = Frontier['choices'][number]

export function choiceAsks(line: Line) {
  const at = (id: string) => ({ path: { plan_id: id } })
  return {
    frontier: (id: string, leanings: Leanings): Answer<Frontier> =>
      answer(() => line.GET('/api/plans/{plan_id}/frontier', { params: { ...at(id), query: { ...leanings } } })),
    retarget: (id: string, rule: Rule): Answer<PlanHead> =>
      answer(() => line.PATCH('/api/plans/{plan_id}', { params: at(id), body: { rule } })) as Answer<PlanHead>,
    draw: (id: string, leanings: Leanings): Answer<Run> =>
      answer(() => line.POST('/api/plans/{plan_id}/run', { params: at(id), body: { seed: 1, prove: true, weights: said(leanings) } })) as unknown as Answer<Run>,
    another: (plan: PlanHead, name: string, rule: Rule): Answer<PlanHead> => {
      const where = plan.community_id ? { community_id: plan.community_id } : { subdistrict_id: plan.subdistrict_id }
      return answer(() => line.POST('/api/plans', { body: { name, ...where, rule, source: 'empty', rows: [] } })) as Answer<PlanHead>
    },
  }
}
