/** The words of the desk's page of rounds; they come with that page. */

import type { Language } from '..'
import { english } from './en'
import { chinese, type RoundsTexts } from './zh-CN'

export type { RoundsTexts }

export const ROUNDS_TEXTS: Readonly<Record<Language, RoundsTexts>> = { 'zh-CN': chinese, en: english }
