import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { render, screen, waitFor } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { mockAstra, onboardingPage, testingLibrary } from 'astra-onboarding/testing'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { network } from '../support/react-setup.ts'
import { CardsPage } from './CardsPage.tsx'

beforeAll(() => network.close())

const astra = mockAstra({ customer: { id: 'customer-1' } })
const server = setupServer(...astra.handlers)
beforeAll(() => server.listen())
afterEach(() => astra.reset())
afterAll(() => server.close())

it('lists the card that was added', async () => {
  await astra.given('ready')
  render(<CardsPage />)
  const onboarding = onboardingPage(testingLibrary({ screen, waitFor, user: userEvent.setup() }))
  await onboarding.addCard()
  await onboarding.openAstra()
  await astra.finishHostedFlow(['card approved'])
  await onboarding.see('complete/card')
  expect(astra.simulator.cards()).toHaveLength(1)
})

it('is what the README shows, line by line', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
  const [, shown = ''] = /\n## Testing your pages\n[^]*?```tsx\n([^]*?)```/.exec(readme) ?? []
  const lines = shown
    .replace("'./CardsPage'", "'./CardsPage.tsx'")
    .split('\n')
    .map((line) => line.replace(/ *\/\/ .*/, ''))
    .filter(Boolean)
  expect(lines.length).toBeGreaterThan(15)
  const [above = ''] = readFileSync(join(import.meta.dirname, 'readme.test.tsx'), 'utf8').split("it('is what")
  const running = above.split('\n')
  expect(running.filter((line) => lines.includes(line))).toEqual(lines)
})
