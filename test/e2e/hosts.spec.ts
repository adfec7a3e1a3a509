import { expect, test } from '@playwright/test'
import type { Locator, Page } from '@playwright/test'
import { visitGallery, serveGallery } from '../gallery/visit.mjs'
import { LOOK, openForm, SHEET, visitHost } from './support/host-page.ts'
import { HOSTS } from './support/hosts.ts'

/** The widget takes over the font of its host; the same one everywhere makes everything comparable. */
const SAME_FONT = ':root { --astra-font: monospace }'

test.beforeEach(({ page }) => serveGallery(page))

/** How every element of these looks, and where it lies beside the first. */
function looksOf(elements: Locator, properties: readonly string[] = LOOK): Promise<string[]> {
  return elements.evaluateAll((all, properties) => {
    const origin = all[0]?.getBoundingClientRect()
    return all.map((element) => {
      const style = getComputedStyle(element)
      const { left, top, width, height } = element.getBoundingClientRect()
      const place = [left - (origin?.left ?? 0), top - (origin?.top ?? 0), width, height].map(Math.round)
      const look = properties.map((property) => `${property}: ${style.getPropertyValue(property)}`)
      return [element.outerHTML.replace(/>.*/s, '>'), place.join(), ...look].join('\n')
    })
  }, properties)
}

const dialogParts = (page: Page) => page.locator('.astra-dialog, .astra-dialog *')
const ownElements = (page: Page) => page.locator('html, body, .host, .host *')

for (const [host, sheet] of Object.entries(HOSTS)) {
  test.describe(`in a host with ${host}`, () => {
    test('the dialog and everything in it looks and lies as on a bare page', async ({ page }) => {
      await visitHost(page, [SHEET, SAME_FONT])
      await openForm(page)
      const bare = await looksOf(dialogParts(page))
      expect(bare.length).toBeGreaterThan(30)
      await visitHost(page, [sheet, SHEET, SAME_FONT])
      await openForm(page)
      expect(await looksOf(dialogParts(page))).toEqual(bare)
    })

    test('every screen looks and lies as on a bare page', async ({ page }) => {
      await visitGallery(page)
      const sections = page.locator('[data-fixture]')
      await page.addStyleTag({ content: SAME_FONT })
      const screens = await sections.evaluateAll((all) => all.map(({ dataset }) => dataset['fixture'] ?? ''))
      const look = async () => {
        const looks: Record<string, string[]> = {}
        for (const name of screens) {
          looks[name] = await looksOf(
            page.locator(`[data-fixture="${name}"] :is(.astra-onboarding, .astra-onboarding *)`),
          )
        }
        return looks
      }
      const bare = await look()
      // The width of the page is the host's.
      await page.addStyleTag({ content: `${sheet} [data-fixture] { width: 600px; padding: 0 } ` })
      expect(await look()).toEqual(bare)
    })

    test('what is needed can be read, seen and hit', async ({ page }) => {
      await visitHost(page, [sheet, SHEET])
      const opener = page.getByRole('button', { name: 'Add debit card' })
      expect((await opener.boundingBox())?.height).toBeGreaterThanOrEqual(44)
      await expect(opener).toHaveCSS('background-color', 'rgb(55, 48, 163)')
      await expect(opener).toHaveCSS('color', 'rgb(255, 255, 255)')
      await openForm(page)

      const dialog = await page.getByRole('dialog', { name: 'Add a debit card' }).boundingBox()
      const { width = 0 } = page.viewportSize() ?? {}
      expect(dialog?.width).toBe(544)
      expect(dialog?.x).toBeCloseTo((width - 544) / 2, 0)

      const firstName = page.getByRole('textbox', { name: 'First name' })
      await expect(firstName).toHaveCSS('font-size', '16px')
      await expect(firstName).toHaveCSS('border', '2px solid rgb(179, 38, 30)')
      await expect(page.locator('label', { hasText: 'First name' })).toBeVisible()
      await expect(page.locator('legend', { hasText: 'Date of birth' })).toBeVisible()
      await expect(page.locator('.astra-error').first()).toHaveCSS('color', 'rgb(179, 38, 30)')
      await page.keyboard.press('Tab')
      await expect(page.getByRole('link', { name: 'Enter your first name' })).toBeFocused()
      for (const focused of [page.getByRole('link', { name: 'Enter your first name' }), firstName]) {
        await focused.focus()
        await expect(focused).toHaveCSS('outline', 'rgb(55, 48, 163) solid 3px')
      }
      for (const button of await page.locator('.astra-dialog :is(button, input)').all()) {
        expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44)
      }
    })

    test('its own elements have the same styles with the sheet as without it', async ({ page }) => {
      await visitHost(page, [sheet])
      // Some hosts let colours change slowly, also from what they were before their sheet came.
      await page.evaluate(async () => {
        const changes = document.getAnimations().filter((animation) => animation instanceof CSSTransition)
        await Promise.allSettled(changes.map(({ finished }) => finished))
      })
      const properties = await page.evaluate(() => [...getComputedStyle(document.body)])
      expect(properties.length).toBeGreaterThan(300)
      const without = await looksOf(ownElements(page), properties)
      expect(without.length).toBeGreaterThan(25)
      await page.addStyleTag({ content: SHEET })
      // The button is below them, and makes the page longer.
      const height = /^(height|block-size|perspective-origin|transform-origin): .*$/gm
      const withSheet = await looksOf(ownElements(page), properties)
      const [html, body, ...own] = withSheet
      expect(own).toEqual(without.slice(2))
      for (const [index, look] of [html, body].entries()) {
        const rest = (text = '') => text.split('\n').slice(2).join('\n').replaceAll(height, '')
        expect(rest(look)).toBe(rest(without[index]))
      }
    })
  })
}
