/** How the pages are built: every HTML file of this folder is a page; hashed assets, nothing from elsewhere. */

import { readdirSync } from 'node:fs'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { offline } from './vite/offline.ts'
import { preload } from './vite/preload.ts'
import { sheets } from './vite/sheets.ts'
import { words } from './vite/words.ts'

const SERVICE = process.env['MINQING_SERVICE'] ?? 'http://127.0.0.1:8000'
const PAGES = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.html'))

/** What nearly every page needs, and what every map needs, comes as one file each: a dozen small ones keep each other waiting. */
const SHARED = [
  { name: 'house', minShareCount: PAGES.length - 3, test: /\/(?:src|node_modules\/(?:@vue|vue))\//, priority: 2 },
  { name: 'atlas', minShareCount: 2, test: /\/src\/(?:map|core)\/(?:levels|place|palette|style|ground|names|outlines|words)\.ts$/, priority: 1 },
]

export default defineConfig({
  plugins: [words(), preload(), vue(), offline(), sheets()],
  define: { __PAGES__: JSON.stringify(PAGES) },
  build: {
    target: 'es2022',
    // The limit is on the whole page and stands in tests/bench/page.py; MapLibre alone is larger than Vite's default.
    chunkSizeWarningLimit: 1400,
    rolldownOptions: { input: PAGES, output: { codeSplitting: { groups: SHARED } } },
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': SERVICE } },
  // A loaded machine is slow, not wrong: nothing in these tests waits for a clock.
  test: { include: ['test/**/*.test.ts'], sequence: { shuffle: true }, testTimeout: 60_000 },
})
