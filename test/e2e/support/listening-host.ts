import { join } from 'node:path'
import { build } from 'esbuild'
import type { Page } from '@playwright/test'

const APP = `
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { AddDebitCardButton } from 'astra-onboarding'

window.heard = []
const listen = (...said) => void window.heard.push(said)
const answer = await fetch('/demo/session', { method: 'POST', body: JSON.stringify({ person: 'approved' }) })
const { defaultValues } = await answer.json()
const told = ['onEvent', 'onError', 'onComplete', 'onExit', 'onDirtyChange', 'onOpenChange']
const props = { defaultValues, ...Object.fromEntries(told.map((name) => [name, listen])) }
createRoot(document.getElementById('root')).render(createElement(AddDebitCardButton, props))
`

/** Opens a page at the bank's address that has the built widget's button and keeps all that the widget tells its host. */
export async function openListeningHost(page: Page, origin: string): Promise<void> {
  const { outputFiles } = await build({
    stdin: { contents: APP, resolveDir: join(import.meta.dirname, '../../..') },
    // The paths of this repository's own tsconfig.json would lead past the built package.
    tsconfigRaw: {},
    write: false,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  await page.route(`${origin}/host.js`, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: outputFiles[0]?.text ?? '' }),
  )
  await page.route(`${origin}/host`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: '<!doctype html><title>Host</title><main id="root"></main><script type="module" src="host.js"></script>',
    }),
  )
  await page.goto('/host')
}

/** Everything that the widget has told its host so far. */
export function heardByHost(page: Page): Promise<string> {
  return page.evaluate(() => JSON.stringify((window as unknown as { heard: unknown[] }).heard))
}
