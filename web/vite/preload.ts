/** Lets the browser fetch the map's code beside the page's own: otherwise it learns of it only when that has run. */

import type { HtmlTagDescriptor, Plugin } from 'vite'

/** Chunks that a page with a map needs but loads by `import()`, so that they never hold up the first paint. */
const AHEAD = ['stage', 'maplibre-gl']

export function preload(): Plugin {
  return {
    name: 'minqing-preload',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle, chunk }) {
        const chunks = Object.values(bundle ?? {}).filter((file) => file.type === 'chunk')
        const ahead = chunks.filter(({ name }) => AHEAD.includes(name))
        const stage = ahead.find(({ name }) => name === 'stage')
        if (!stage || !chunk?.dynamicImports.includes(stage.fileName)) return []
        return ahead.map(({ fileName }): HtmlTagDescriptor => {
          return { tag: 'link', attrs: { rel: 'modulepreload', href: `/${fileName}` }, injectTo: 'head' }
        })
      },
    },
  }
}
