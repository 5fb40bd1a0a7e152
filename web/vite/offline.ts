/** Writes the phone page's service worker: which files that page is made of, and a version that changes with any of them. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Plugin, Rolldown } from 'vite'

const PAGE = 'patrol.html'
const SOURCE = new URL('../src/patrol/worker.js', import.meta.url)
const WITH_IT = ['/before-paint.js', '/mark.svg', '/patrol.webmanifest']

export function offline(): Plugin {
  return {
    name: 'minqing-offline',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const files = [`/${PAGE}`, ...WITH_IT, ...filesOf(bundle)]
      const version = createHash('sha256').update(files.join()).digest('hex').slice(0, 12)
      const list = files.map((file) => JSON.stringify(file)).join(', ')
      const source = readFileSync(SOURCE, 'utf8').replace('__VERSION__', version).replace("'__SHELL__'", list)
      this.emitFile({ type: 'asset', fileName: 'patrol-sw.js', source })
    },
  }
}

/** Every chunk and sheet that the page may come to load, also later; and what is no script, such as the map's worker. */
function filesOf(bundle: Rolldown.OutputBundle): string[] {
  const files = new Set<string>()
  const visit = (name: string): void => {
    const file = bundle[name]
    if (!file || files.has(name)) return
    files.add(name)
    if (file.type !== 'chunk') return
    for (const next of [...file.imports, ...file.dynamicImports]) visit(next)
    for (const sheet of file.viteMetadata?.importedCss ?? []) files.add(sheet)
    for (const asset of file.viteMetadata?.importedAssets ?? []) files.add(asset)
  }
  for (const file of Object.values(bundle)) if (file.type === 'chunk' && file.isEntry && file.name === 'patrol') visit(file.fileName)
  return [...files].sort().map((file) => `/${file}`)
}
