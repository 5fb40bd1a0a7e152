/// <reference types="vite/client" />

declare module '*.mjs?worker&url' {
  const address: string
  export default address
}

/** The HTML files of web/, by which the bar knows which pages there are (vite.config.ts). */
declare const __PAGES__: readonly string[]
