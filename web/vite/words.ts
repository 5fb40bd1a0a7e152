/** Fills the static pages with the words of src/text, so that each word still has one place. */

import type { Plugin } from 'vite'
import { chinese } from '../src/text/zh-CN.ts'

export function words(): Plugin {
  return {
    name: 'minqing-words',
    transformIndexHtml: {
      order: 'pre',
      handler: (html) => html.replace(/\{\{([\w.]+)\}\}/g, (_match, path: string) => escaped(word(path))),
    },
  }
}

/** The text at a path such as `app.name`. An unknown path stops the build: a page with a hole is worse than none. */
function word(path: string): string {
  const found = path.split('.').reduce<unknown>((branch, key) => (branch as Record<string, unknown>)?.[key], chinese)
  if (typeof found !== 'string') throw new Error(`src/text/zh-CN.ts has no word at "${path}".`)
  return found
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;')
}
