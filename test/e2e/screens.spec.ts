import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { galleryAddress, serveGallery } from '../gallery/visit.mjs'

test.beforeEach(({ page }) => serveGallery(page))

/** Every screen, one below the other. */
async function showAll(page: Page, query: Record<string, string> = {}): Promise<void> {
  await page.goto(galleryAddress(query))
  await page.locator('[data-fixture]').last().locator('.astra-screen').waitFor()
}

async function violationsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).include('.astra-onboarding').analyze()
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
      await showAll(page, { locale, scheme })
      expect(await page.locator('[data-fixture] .astra-onboarding').count()).toBeGreaterThan(25)
      expect(await violationsOf(page)).toEqual([])
    })
  }
}

test('a window of 320 px, which is a desktop at 400 %, shows every screen whole', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 })
  for (const query of [{ locale: 'en' }, { locale: 'es' }, { locale: 'en', dir: 'rtl' }]) {
    await showAll(page, query)
    expect(await brokenScreens(page)).toEqual([])
  }
})

test('every screen stands text that is spaced as WCAG 1.4.12 asks', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 })
  await showAll(page)
  await page.addStyleTag({
    content:
      '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }',
  })
  expect(await brokenScreens(page)).toEqual([])
})

test('every button and input is 44 px high, and every other target 24 px or more', async ({ page }) => {
  await showAll(page)
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

test('the form has nothing for axe on any page, and after a refusal', async ({ page }) => {
  await page.goto(galleryAddress({ fixture: 'profile/first' }))
  const proceed = () => page.getByRole('button', { name: 'Continue' }).click()
  await proceed()
  for (const title of ['About you', 'How to reach you', 'Your home address']) {
    await page.getByRole('heading', { name: title }).waitFor()
    expect(await violationsOf(page)).toEqual([])
    await proceed()
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor()
    expect(await violationsOf(page)).toEqual([])
    await fillWhatIsThere(page)
    await proceed()
  }
  await page.getByRole('heading', { name: 'Check your answers' }).waitFor()
  expect(await violationsOf(page)).toEqual([])
})

const ANSWERS: Record<string, string> = {
  Month: '11',
  Day: '4',
  Year: '1991',
  'Last 4 digits of your Social Security number': '4821',
  'Phone number': '(415) 555-0142',
  'Street address': '18 Harbor View Rd',
  City: 'Oakland',
  'ZIP code': '94607',
}

async function fillWhatIsThere(page: Page): Promise<void> {
  for (const [label, text] of Object.entries(ANSWERS)) {
    const field = page.getByRole('textbox', { name: label })
    if (await field.isVisible()) await field.fill(text)
  }
  const state = page.getByRole('combobox', { name: 'State' })
  if (await state.isVisible()) await state.selectOption('CA')
}

test('forced colours leave borders and the focus to be seen', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' })
  await page.goto(galleryAddress({ fixture: 'invitation/first-time' }))
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
  await page.goto(galleryAddress({ fixture: 'notice/returned' }))
  await expect(page.locator('.astra-notice')).toHaveCSS('border-top-style', 'solid')
})

test('on a page that runs from right to left, every sentence has its full stop where it ends', async ({
  page,
}) => {
  await showAll(page, { dir: 'rtl' })
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
    const sentences = texts.filter(({ data }) => /\w[.?:]$/.test(data))
    const wrong = sentences.filter((text) => leftOf(text, text.length - 1) < leftOf(text, text.length - 2))
    return { sentences: sentences.length, wrong: wrong.map(({ data }) => data) }
  })
  expect(sentences).toBeGreaterThan(40)
  expect(wrong).toEqual([])
})
