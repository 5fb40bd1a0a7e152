/** The words of the phone's patrol page; they come with that page. */

import type { Language } from '..'
import { english } from './en'
import { chinese, type PatrolTexts } from './zh-CN'

export type { PatrolTexts }

export const PATROL_TEXTS: Readonly<Record<Language, PatrolTexts>> = { 'zh-CN': chinese, en: english }
