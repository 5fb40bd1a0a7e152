/** The words of the planner's page. */

import type { Language } from '..'
import { english } from './en'
import { chinese, type PlannerTexts } from './zh-CN'

export type { PlannerTexts }

export const PLANNER_TEXTS: Readonly<Record<Language, PlannerTexts>> = { 'zh-CN': chinese, en: english }
