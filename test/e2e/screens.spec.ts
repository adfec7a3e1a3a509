import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import type { Locator, Page } from '@playwright/test'
import { fixtureNames, serveGallery, visitGallery } from '../gallery/visit.mjs'

test.beforeEach(({ page }) => serveGallery(page))

async function violationsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).include('[data-fixture]').analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** Screens in which something sticks out, or is cut off. */
function brokenScreens(page: Page): Promise<(string | undefined)[]> {
  return page.locator('[data-fixture]').evaluateAll((sections) =>
    sections
      .filter((section) => {
        const isCut = [...section.querySelectorAll('.astra-onboarding *')].some((element) => {
          const { overflow, clipPath } = getComputedStyle(element)
          return (
            overflow === 'hidden' && clipPath === 'none' && element.scrollHeight > element.clientHeight + 1
          )
        })
        return isCut || section.scrollWidth > section.clientWidth
      })
      .map((section) => (section as HTMLElement).dataset['fixture']),
  )
}

for (const locale of ['en', 'es']) {
  for (const scheme of ['light', 'dark']) {
    test(`axe finds nothing on any screen, ${locale}, ${scheme}`, async ({ page }) => {
      await visitGallery(page, { locale, scheme })
      expect(await page.locator('[data-fixture] .astra-onboarding').count()).toBeGreaterThan(25)
      expect(await violationsOf(page)).toEqual([])
      for (const fixture of (await fixtureNames(page)).filter((name) => name.startsWith('dialog'))) {
        await visitGallery(page, { locale, scheme, fixture })
        await expect(page.getByRole('dialog')).toBeVisible()
        expect(await violationsOf(page)).toEqual([])
      }
    })
  }
}

test('a window of 320 px, which is a desktop at 400 %, shows every screen whole', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 })
  for (const query of [{ locale: 'en' }, { locale: 'es' }, { locale: 'en', dir: 'rtl' }]) {
    await visitGallery(page, query)
    expect(await brokenScreens(page)).toEqual([])
  }
})

test('every screen stands text that is spaced as WCAG 1.4.12 asks', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 })
  await visitGallery(page)
  await page.addStyleTag({
    content:
      '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }',
  })
  expect(await brokenScreens(page)).toEqual([])
})

test('every button and input is 44 px high, and every other target 24 px or more', async ({ page }) => {
  await visitGallery(page)
  const small = await page
    .locator('.astra-onboarding :is(button, input, select, a, summary)')
    .evaluateAll((targets) =>
      targets
        .filter((target) => {
          const least = /^(BUTTON|INPUT|SELECT)$/.test(target.tagName) ? 44 : 24
          return target.getBoundingClientRect().height < least
        })
        .map((target) => target.outerHTML.slice(0, 120)),
    )
  expect(small).toEqual([])
})

test('every screen ends with the way to support and the reference to quote there', async ({ page }) => {
  await visitGallery(page)
  const screens = page.locator('[data-fixture]:not([data-fixture=loading])')
  const endings = screens.locator('.astra-screen > .astra-support:last-child')
  expect(await endings.count()).toBe(await screens.count())
  for (const ending of await endings.all()) {
    await expect(ending).toHaveText('Contact supportReference 0A1B2C3D')
    await expect(ending.getByRole('link')).toHaveAttribute('href', '/help')
  }
})

test('what can be done stands right above that, the main button first', async ({ page }) => {
  await visitGallery(page)
  const withButton = page.locator('.astra-screen:has(.astra-button)')
  const first = page.locator('.astra-actions:nth-last-child(2) > .astra-button:first-child')
  expect(await withButton.count()).toBeGreaterThan(20)
  expect(await first.count()).toBe(await withButton.count())
})

for (const scheme of ['light', 'dark']) {
  test(`edges of fields, errors and notices, and the focus, stand out from what is around them, ${scheme}`, async ({
    page,
  }) => {
    await visitGallery(page, { scheme, fixture: 'form/address-refused' })
    // Of the page, since what is around a field has no colour of its own.
    const surface = await colorOf(page.locator('html'), 'background-color')
    const contrast = async (part: Locator, property: string) =>
      contrastOf(await colorOf(part, property), surface)
    const [plain, refused] = [page.getByLabel('City'), page.getByLabel('Street address')]
    const button = page.getByRole('button', { name: 'Continue' })
    for (const edge of [plain, refused, page.locator('.astra-summary')])
      expect(await contrast(edge, 'border-top-color')).toBeGreaterThan(3)
    expect(await contrast(button, 'background-color')).toBeGreaterThan(3)
    for (const target of [plain, refused, button, page.getByRole('link', { name: 'Contact support' })]) {
      await target.focus()
      await expect(target).toHaveCSS('outline-style', 'solid')
      expect(await contrast(target, 'outline-color')).toBeGreaterThan(3)
    }
  })
}

function colorOf(part: Locator, property: string): Promise<string> {
  return part.evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property)
}

/** @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrastOf(...colors: [string, string]): number {
  const [dark = 0, light = 0] = colors
    .map((color) => {
      const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
        const share = Number(part) / 255
        return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    })
    .toSorted((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

test('forced colours leave borders and the focus to be seen', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' })
  await visitGallery(page, { fixture: 'invitation/first-time' })
  const button = page.getByRole('button', { name: 'Continue to Astra' })
  await button.focus()
  const look = await button.evaluate((element) => {
    const { borderTopWidth, borderTopStyle, outlineStyle, outlineWidth } = getComputedStyle(element)
    return { borderTopWidth, borderTopStyle, outlineStyle, outlineWidth }
  })
  expect(look).toEqual({
    borderTopWidth: '1px',
    borderTopStyle: 'solid',
    outlineStyle: 'solid',
    outlineWidth: '3px',
  })
  await visitGallery(page, { fixture: 'notice/returned' })
  await expect(page.locator('.astra-notice')).toHaveCSS('border-top-style', 'solid')
})

test('on a page that runs from right to left, every sentence has its full stop where it ends', async ({
  page,
}) => {
  await visitGallery(page, { dir: 'rtl' })
  const { sentences, wrong } = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const texts: Text[] = []
    while (walker.nextNode()) texts.push(walker.currentNode as Text)
    const leftOf = (text: Text, from: number) => {
      const range = document.createRange()
      range.setStart(text, from)
      range.setEnd(text, from + 1)
      return range.getBoundingClientRect().left
    }
    const sentences = texts.filter(
      ({ data, parentElement }) => /\w[.?:]$/.test(data) && !parentElement?.closest('.astra-hidden'),
    )
    const wrong = sentences.filter((text) => leftOf(text, text.length - 1) < leftOf(text, text.length - 2))
    return { sentences: sentences.length, wrong: wrong.map(({ data }) => data) }
  })
  expect(sentences).toBeGreaterThan(40)
  expect(wrong).toEqual([])
})
