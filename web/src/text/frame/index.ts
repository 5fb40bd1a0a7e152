/** The words that every page of the house shares. */

import type { Language } from '..'
import { english } from './en'
import { chinese, type FrameTexts } from './zh-CN'

export type { FrameTexts }

export const FRAME_TEXTS: Readonly<Record<Language, FrameTexts>> = { 'zh-CN': chinese, en: english }
