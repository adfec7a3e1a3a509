// Draws docs/screens: every screen of the widget on a phone and on a desktop, light and dark, from the gallery.
//   npm run pictures
import { mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from '@playwright/test'
import { ensureBrowsers } from '../support/browsers.mjs'
import { fixtureNames, serveGallery, visitGallery } from './visit.mjs'

const FOLDER = fileURLToPath(new URL('../../docs/screens/', import.meta.url))
const WIDTHS = [360, 640]
const SCHEMES = ['light', 'dark']

const browser = await chromium.launch({
  executablePath: ensureBrowsers('chromium')[0],
  args: ['--no-sandbox'],
})
const page = await browser.newPage()
const sheet = await browser.newPage({ viewport: { width: 2060, height: 900 } })
await serveGallery(page)
await visitGallery(page, { fixture: 'loading' })
const fixtures = await fixtureNames(page)
rmSync(FOLDER, { recursive: true, force: true })
mkdirSync(FOLDER, { recursive: true })
for (const fixture of fixtures) {
  const pictures = []
  for (const width of WIDTHS) {
    // A dialog is as high as its window lets it be.
    await page.setViewportSize({ width, height: fixture.startsWith('dialog') ? 760 : 260 })
    for (const scheme of SCHEMES) {
      await visitGallery(page, { fixture, scheme })
      const picture = await page.screenshot({ fullPage: true })
      pictures.push(`<img src="data:image/png;base64,${picture.toString('base64')}">`)
    }
  }
  await sheet.setContent(
    `<body style="margin:0"><div style="display:flex;gap:12px;align-items:start;background:#888;padding:12px;width:max-content">${pictures.join('')}</div></body>`,
  )
  await sheet.locator('div').screenshot({ path: `${FOLDER}${fixture.replaceAll('/', '-')}.png` })
  console.log(fixture)
}
await browser.close()
