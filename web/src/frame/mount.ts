/** Puts a page's component into its HTML shell, with everything that stands inside it within reach. */

import { createApp, type Component } from 'vue'
import { ACCOUNT } from '../account/account'
import { PAGE, type Page } from './page'

/** `reach` hands out more of the page's own: `(app) => app.provide(DESK, desk)`. */
export function mountPage(
  page: Page,
  root: Component,
  {
    props = {},
    at = '#page',
    reach = () => {},
  }: { props?: Record<string, unknown>; at?: string; reach?: (app: ReturnType<typeof createApp>) => void } = {},
): void {
  const app = createApp(root, props)
  app.provide(PAGE, page)
  app.provide(ACCOUNT, page.account)
  reach(app)
  app.mount(at)
}
