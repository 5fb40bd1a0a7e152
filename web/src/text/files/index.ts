/** The words of the files page. */

import type { Language } from '..'
import { english } from './en'
import { chinese, type FilesTexts } from './zh-CN'

export type { FilesTexts }

export const FILES_TEXTS: Readonly<Record<Language, FilesTexts>> = { 'zh-CN': chinese, en: english }
