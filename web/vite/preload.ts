/** Lets the browser fetch the map's code beside the page's own: otherwise it learns of it only when that has run. */

import type { HtmlTagDescriptor, Plugin, Rolldown } from 'vite'

/** The module that a page with a map loads by `import()`, so that it never holds up the first paint. */
const STAGE = /\/src\/map\/stage\.ts$/
/** The page that is nothing without its map: to build it without one ahead is a mistake. */
const DESK = /\/index\.html$/

export function preload(): Plugin {
  return {
    name: 'minqing-preload',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle, chunk, filename }) {
        if (!bundle || !chunk) return []
        const later = chunk.dynamicImports.map((name) => bundle[name])
        const stage = later.find((file) => file?.type === 'chunk' && STAGE.test(file.facadeModuleId ?? ''))
        if (stage?.type === 'chunk') return linksTo(stage, bundle, withImports(chunk, bundle))
        if (DESK.test(filename)) throw new Error(`${filename} does not load its map`)
        return []
      },
    },
  }
}

/** The chunk, what it imports beyond what the page has, and their sheets. */
function linksTo(stage: Rolldown.OutputChunk, bundle: Rolldown.OutputBundle, had: ReadonlySet<string>): HtmlTagDescriptor[] {
  const scripts = [...withImports(stage, bundle)].filter((name) => !had.has(name))
  const sheets = new Set(scripts.flatMap((name) => [...(chunkOf(name, bundle)?.viteMetadata?.importedCss ?? [])]))
  return [
    ...scripts.map((name) => link({ rel: 'modulepreload', crossorigin: '', href: `/${name}` })),
    ...[...sheets].map((name) => link({ rel: 'preload', as: 'style', crossorigin: '', href: `/${name}` })),
  ]
}

/** The names of a chunk and of all that it imports at once. */
function withImports(chunk: Rolldown.OutputChunk, bundle: Rolldown.OutputBundle): ReadonlySet<string> {
  const found = new Set([chunk.fileName])
  for (const name of found) for (const next of chunkOf(name, bundle)?.imports ?? []) found.add(next)
  return found
}

function chunkOf(name: string, bundle: Rolldown.OutputBundle): Rolldown.OutputChunk | null {
  const file = bundle[name]
  return file?.type === 'chunk' ? file : null
}

function link(attrs: Record<string, string>): HtmlTagDescriptor {
  return { tag: 'link', attrs, injectTo: 'head' }
}
