/** The words of the morning page. */

import type { Language } from '..'
import { english } from './en'
import { chinese, type MorningTexts } from './zh-CN'

export type { MorningTexts }

export const MORNING_TEXTS: Readonly<Record<Language, MorningTexts>> = { 'zh-CN': chinese, en: english }
