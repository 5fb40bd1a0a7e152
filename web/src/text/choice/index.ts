/** The words of the planner's choice. */

import type { Language } from '..'
import { english } from './en'
import { chinese, type ChoiceTexts } from './zh-CN'

export type { ChoiceTexts }

export const CHOICE_TEXTS: Readonly<Record<Language, ChoiceTexts>> = { 'zh-CN': chinese, en: english }
