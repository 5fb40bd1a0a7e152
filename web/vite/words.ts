/** Fills the static pages with the words of src/text, so that each word still has one place, and with what they share. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { chinese as frame } from '../src/text/frame/zh-CN.ts'
import { chinese } from '../src/text/zh-CN.ts'

/** `{{> head}}` stands for vite/head.html, `{{app.name}}` for a word. */
export function words(): Plugin {
  return {
    name: 'minqing-words',
    transformIndexHtml: {
      order: 'pre',
      handler: (html) =>
        html
          .replace(/\{\{> (\w+)\}\}/g, (_match, part: string) => shared(part))
          .replace(/\{\{([\w.]+)\}\}/g, (_match, path: string) => escaped(word(path))),
    },
  }
}

/** What several pages have in common, from a file beside this one. */
function shared(part: string): string {
  return readFileSync(join(import.meta.dirname, `${part}.html`), 'utf-8').trim()
}

/** The text at a path such as `app.name`. An unknown path stops the build: a page with a hole is worse than none. */
function word(path: string): string {
  const texts: unknown = { ...chinese, frame }
  const found = path.split('.').reduce<unknown>((branch, key) => (branch as Record<string, unknown>)?.[key], texts)
  if (typeof found !== 'string') throw new Error(`src/text has no word at "${path}".`)
  return found
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;')
}
