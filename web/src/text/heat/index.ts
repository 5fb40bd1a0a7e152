/** The words of the heat map. */

import type { Language } from '..'
import { english } from './en'
import { chinese, type HeatTexts } from './zh-CN'

export type { HeatTexts }

export const HEAT_TEXTS: Readonly<Record<Language, HeatTexts>> = { 'zh-CN': chinese, en: english }
