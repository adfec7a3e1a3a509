import type { Surface } from './surface.ts'

interface Locator {
  first(): Locator
  or(other: Locator): Locator
  count(): Promise<number>
  allTextContents(): Promise<string[]>
  textContent(): Promise<string | null>
  isEditable(): Promise<boolean>
  fill(text: string): Promise<void>
  selectOption(value: string): Promise<unknown>
  click(): Promise<void>
}

/** What is used of Playwright's `page`; a locator of a part of a page will do. */
export interface PlaywrightPage {
  getByRole(
    role: 'heading' | 'textbox' | 'combobox' | 'button',
    options?: { name?: RegExp; level?: number },
  ): Locator
  getByText(text: RegExp): Locator
}

const LOOK_AGAIN_MS = 50

/**
 * A page in a real browser.
 *
 * @param options `timeout`: how long to wait for a screen, in ms; default 10 000
 * @example
 * const onboarding = onboardingPage(playwright(page))
 */
export function playwright(page: PlaywrightPage, { timeout = 10_000 } = {}): Surface {
  const field = (name: RegExp) =>
    page.getByRole('textbox', { name }).or(page.getByRole('combobox', { name })).first()
  return {
    headings: (level) => page.getByRole('heading', { level }).allTextContents(),
    text: async (pattern) => {
      const found = page.getByText(pattern)
      return (await found.count()) > 0 ? found.first().textContent() : null
    },
    field: async (name) => {
      if ((await field(name).count()) === 0) return 'absent'
      return (await field(name).isEditable()) ? 'open' : 'locked'
    },
    fill: (name, text) => field(name).fill(text),
    choose: async (name, value) => void (await field(name).selectOption(value)),
    press: (name) => page.getByRole('button', { name }).first().click(),
    until: async (isSo) => {
      const end = Date.now() + timeout
      while (Date.now() < end) {
        if (await isSo()) return true
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
      }
      return isSo()
    },
  }
}
