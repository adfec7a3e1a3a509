import type { Surface } from './surface.ts'

/** What is used of `screen` and `waitFor` of Testing Library and of `userEvent.setup()`. */
export interface TestingLibrary {
  screen: {
    queryAllByRole(role: string, options?: { name?: RegExp; level?: number }): HTMLElement[]
    queryAllByText(text: RegExp): HTMLElement[]
    findByRole(role: string, options?: { name?: RegExp }): Promise<HTMLElement>
  }
  waitFor: (callback: () => Promise<void>) => Promise<void>
  user: {
    click(element: Element): Promise<void>
    clear(element: Element): Promise<void>
    type(element: Element, text: string): Promise<void>
    selectOptions(element: Element, value: string): Promise<void>
  }
}

/**
 * A page in jsdom or happy-dom.
 *
 * @example
 * import { render, screen, waitFor } from '@testing-library/react'
 * import { userEvent } from '@testing-library/user-event'
 *
 * const onboarding = onboardingPage(testingLibrary({ screen, waitFor, user: userEvent.setup() }))
 */
export function testingLibrary({ screen, waitFor, user }: TestingLibrary): Surface {
  const fields = (name: RegExp) => [
    ...screen.queryAllByRole('textbox', { name }),
    ...screen.queryAllByRole('combobox', { name }),
  ]
  const field = (name: RegExp): Element => {
    const [found] = fields(name)
    if (!found) throw new Error(`[astra] The page has no field ${name}.`)
    return found
  }
  return {
    headings: (level) =>
      Promise.resolve(
        screen.queryAllByRole('heading', { level }).map(({ textContent }) => textContent ?? ''),
      ),
    text: (pattern) => Promise.resolve(screen.queryAllByText(pattern)[0]?.textContent ?? null),
    field: (name) => {
      const [found] = fields(name)
      if (!found) return Promise.resolve('absent')
      return Promise.resolve((found as HTMLInputElement).readOnly ? 'locked' : 'open')
    },
    fill: async (name, text) => {
      await user.clear(field(name))
      // What is special to user-event is typed as it is.
      if (text) await user.type(field(name), text.replaceAll(/[{[]/g, '$&$&'))
    },
    choose: (name, value) => user.selectOptions(field(name), value),
    press: async (name) => user.click(await screen.findByRole('button', { name })),
    until: (isSo) =>
      waitFor(async () => {
        if (!(await isSo())) throw new Error('not yet')
      }).then(
        () => true,
        () => false,
      ),
  }
}
