// Draws docs/screens: every screen of the widget on a phone and on a desktop, light and dark, from the gallery.
//   npm run pictures
import { mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from '@playwright/test'
import { ensureBrowsers } from '../support/browsers.mjs'
import { fixtureNames, galleryAddress, serveGallery } from './visit.mjs'

const FOLDER = fileURLToPath(new URL('../../docs/screens/', import.meta.url))
const WIDTHS = [360, 640]
const SCHEMES = ['light', 'dark']

const browser = await chromium.launch({
  executablePath: ensureBrowsers('chromium')[0],
  args: ['--no-sandbox'],
})
const context = await browser.newContext({ viewport: { width: 2060, height: 900 } })
const page = await context.newPage()
await serveGallery(page)
rmSync(FOLDER, { recursive: true, force: true })
mkdirSync(FOLDER, { recursive: true })
for (const fixture of await fixtureNames(page)) {
  const frames = WIDTHS.flatMap((width) =>
    SCHEMES.map((scheme) => ({ width, address: galleryAddress({ fixture, scheme }) })),
  )
  // A page of the gallery's own origin, so that its frames may be measured.
  await page.goto(galleryAddress({ fixture: 'loading' }))
  await page.setContent(
    `<body style="margin:0"><div style="display:flex;gap:12px;align-items:start;background:#888;padding:12px;width:max-content">${frames
      .map(
        ({ width, address }) =>
          `<iframe src="${address}" width="${width}" height="260" style="border:0"></iframe>`,
      )
      .join('')}</div></body>`,
  )
  for (const frame of page.frames().slice(1)) await frame.locator('.astra-onboarding').waitFor()
  await page.evaluate(() => {
    for (const frame of document.querySelectorAll('iframe')) {
      frame.height = String(frame.contentDocument.documentElement.scrollHeight)
    }
  })
  await page.locator('div').screenshot({ path: `${FOLDER}${fixture.replaceAll('/', '-')}.png` })
  console.log(fixture)
}
await browser.close()
