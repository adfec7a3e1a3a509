import { expect, test } from '@playwright/test'
import type { Locator } from '@playwright/test'
import type { ClassNames } from '../../src/react/class-names.ts'
import { serveGallery } from '../gallery/visit.mjs'
import { LOOK, openForm, proceed, SHEET, visitHost } from './support/host-page.ts'
import { HOSTS, tailwind } from './support/hosts.ts'

test.beforeEach(({ page }) => serveGallery(page))

/** What each token changes, where, and to what. */
const TOKENS: Record<string, [value: string, where: string, property: string, look?: string]> = {
  '--astra-color-accent': ['rgb(1, 0, 0)', '.astra-opener', 'background-color'],
  '--astra-color-accent-hover': ['rgb(2, 0, 0)', '.astra-screen .astra-button:hover', 'background-color'],
  '--astra-color-on-accent': ['rgb(3, 0, 0)', '.astra-screen .astra-button', 'color'],
  '--astra-color-link': ['rgb(4, 0, 0)', '.astra-summary .astra-link', 'color'],
  '--astra-color-focus': ['rgb(5, 0, 0)', '.astra-link:focus-visible', 'outline-color'],
  '--astra-color-text': ['rgb(6, 0, 0)', '.astra-title', 'color'],
  '--astra-color-muted': ['rgb(7, 0, 0)', '.astra-hint', 'color'],
  '--astra-color-surface': ['rgb(8, 0, 0)', '.astra-dialog', 'background-color'],
  '--astra-color-field': ['rgb(9, 0, 0)', '.astra-input', 'background-color'],
  '--astra-color-border': ['rgb(10, 0, 0)', '.astra-dialog', 'border-top-color'],
  '--astra-color-danger': ['rgb(11, 0, 0)', '.astra-error', 'color'],
  '--astra-color-notice': ['rgb(12, 0, 0)', '.astra-notice', 'background-color'],
  '--astra-color-backdrop': ['rgb(13, 0, 0)', '.astra-dialog::backdrop', 'background-color'],
  '--astra-radius': ['3px', '.astra-input', 'border-top-left-radius'],
  '--astra-border-width': ['4px', '.astra-dialog', 'border-top-width'],
  '--astra-shadow': [
    '1px 2px 3px rgb(14, 0, 0)',
    '.astra-dialog',
    'box-shadow',
    'rgb(14, 0, 0) 1px 2px 3px 0px',
  ],
  '--astra-space': ['10px', '.astra-screen', 'row-gap', '20px'],
  '--astra-width': ['410px', '.astra-dialog .astra-onboarding', 'max-width'],
  '--astra-dialog-width': ['500px', '.astra-dialog', 'width'],
  '--astra-control-height': ['50px', '.astra-input', 'min-height'],
  '--astra-font': ['monospace', '.astra-title', 'font-family'],
  '--astra-font-size': ['18px', '.astra-dialog .astra-text, .astra-label', 'font-size'],
  '--astra-font-size-small': ['15px', '.astra-hint', 'font-size'],
  '--astra-font-size-title': ['30px', '.astra-title', 'font-size'],
  '--astra-font-weight-strong': ['900', '.astra-label', 'font-weight'],
}

test('the keyboard shows on what went wrong, and not around a headline', async ({ page }) => {
  await visitHost(page, [SHEET])
  const send = () => page.getByRole('button', { name: 'Continue' }).press('Enter')
  await page.getByRole('button', { name: 'Add debit card' }).press('Enter')
  await send()
  await page.getByRole('textbox', { name: 'First name' }).waitFor()
  await expect(page.locator('[tabindex="-1"]:focus-visible')).toHaveCSS('outline-style', 'none')
  await send()
  await expect(page.locator('.astra-summary:focus-visible')).toHaveCSS(
    'outline',
    'rgb(55, 48, 163) solid 3px',
  )
})

test('fields have the surface that a partner gives the widget', async ({ page }) => {
  await visitHost(page, [SHEET, '.astra-dialog { --astra-color-surface: rgb(8, 0, 0) }'])
  await openForm(page)
  await expect(page.locator('.astra-input').first()).toHaveCSS('background-color', 'rgb(8, 0, 0)')
})

for (const [host, sheet] of Object.entries(HOSTS)) {
  test(`each of the 25 tokens gives its look in a host with ${host}`, async ({ page }) => {
    const tokens = Object.entries(TOKENS)
    expect(tokens).toHaveLength(25)
    const own = tokens.map(([name, [value]]) => `${name}: ${value};`).join(' ')
    await visitHost(page, [sheet, SHEET, `:root { ${own} }`])
    await openForm(page)
    // Asks before it closes: what a notice looks like.
    await page.getByRole('textbox', { name: 'First name' }).pressSequentially('Ro')
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('alertdialog').waitFor()
    await page.keyboard.press('Tab')
    await page.getByRole('button', { name: 'Continue' }).hover()
    for (const [name, [value, where, property, look = value]] of tokens) {
      const [, selector = where, pseudo] = /^(.*)(::.*)$/.exec(where) ?? []
      const shown = await page
        .locator(selector)
        .first()
        .evaluate((element, [pseudo, property]) => getComputedStyle(element, pseudo)[property as 'color'], [
          pseudo ?? null,
          property.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
        ] as const)
      expect([name, shown]).toEqual([name, look])
    }
  })
}

/** Classes of each host's own, as its other pages have them. */
const OWN_CLASSES = {
  'Tailwind 4': {
    button: 'rounded-full bg-emerald-700 px-6 py-3 font-semibold tracking-wide text-white',
    input: 'block w-full rounded-lg border-2 border-emerald-700 px-3 py-3',
    label: 'text-sm uppercase tracking-widest text-emerald-900',
  },
  'Bootstrap 5': {
    button: 'btn btn-lg btn-success',
    input: 'form-control form-control-lg',
    label: 'form-label',
  },
  'a hostile reset': { button: 'own-button', input: 'own-input', label: 'own-label' },
} satisfies Record<string, ClassNames>

const OWN_SHEETS: Record<keyof typeof OWN_CLASSES, string> = {
  'Tailwind 4': await tailwind(
    '@import "tailwindcss";',
    Object.values(OWN_CLASSES['Tailwind 4']).flatMap((classes) => classes.split(' ')),
  ),
  'Bootstrap 5': HOSTS['Bootstrap 5'] ?? '',
  'a hostile reset': `${HOSTS['a hostile reset']}
    .own-button { background: teal; padding: 12px 20px; letter-spacing: 2px; opacity: 1 }
    .own-input { border: 3px dashed teal; width: 100%; height: 60px }
    .own-label { display: block; float: none; color: teal }`,
}

for (const [host, classNames] of Object.entries(OWN_CLASSES)) {
  test(`parts with classes of ${host} look like the host's own elements with them`, async ({ page }) => {
    await visitHost(page, [OWN_SHEETS[host as keyof typeof OWN_CLASSES], SHEET], classNames)
    await page.getByRole('button', { name: 'Add debit card' }).click()
    await proceed(page)
    const form = page.locator('.astra-dialog form')
    await page.getByRole('textbox', { name: 'First name' }).waitFor()
    for (const [tag, part] of [
      ['button', 'button'],
      ['input', 'input'],
      ['label', 'label'],
    ] as const) {
      const looks = await form.evaluate(
        (form, [tag, classes, look]) => {
          const theirs = document.createElement(tag)
          theirs.className = classes
          const ours = form.querySelector(`${tag}[class^="${classes}"]`)
          // Beside ours, so that both inherit the same.
          ours?.after(theirs)
          return [ours, theirs].map((element) => {
            const style = element && getComputedStyle(element)
            return look.map((property) => `${property}: ${style?.getPropertyValue(property)}`)
          })
        },
        [tag, classNames[part], LOOK] as const,
      )
      expect(looks[0]).toEqual(looks[1])
      expect(looks[0]?.join()).not.toContain('undefined')
    }
  })
}

for (const direction of ['ltr', 'rtl']) {
  test(`the question before closing stands clear of the step below it, and its answers of it: ${direction}`, async ({
    page,
  }) => {
    await page.setViewportSize({ width: 320, height: 640 })
    await visitHost(page, [SHEET])
    await page.evaluate((to) => void (document.documentElement.dir = to), direction)
    await openForm(page)
    await page.getByRole('textbox', { name: 'First name' }).fill('Rosa')
    await page.getByRole('button', { name: 'Close' }).click()
    const box = async (of: Locator) => (await of.boundingBox()) ?? { x: NaN, y: NaN, width: NaN, height: NaN }
    const question = page.getByRole('alertdialog')
    const [around, sentence, answer, step] = [
      await box(question),
      await box(question.locator('p')),
      await box(question.getByRole('button', { name: 'Keep typing' })),
      await box(page.locator('.astra-dialog .astra-onboarding')),
    ]
    expect(step.y - (around.y + around.height)).toBe(16)
    expect(answer.y - (sentence.y + sentence.height)).toBe(12)
    expect(around.x).toBe(24)
    expect(around.x + around.width).toBe(320 - 24)
  })
}
