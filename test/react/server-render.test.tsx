// @vitest-environment node
import { renderToString } from 'react-dom/server'
import { expect, it, vi } from 'vitest'
import { AddDebitCardButton, AstraOnboarding } from '../../src/react/index.ts'

it('has no window to touch here', () => {
  expect([typeof window, typeof document]).toEqual(['undefined', 'undefined'])
})

it('renders the onboarding on a server as something that loads', () => {
  expect(renderToString(<AstraOnboarding />)).toContain('Loading…')
})

it.each(['auto', 'auto-redirect'] as const)(
  'renders nothing on a server when launched by itself: %s',
  (launch) => {
    expect(renderToString(<AstraOnboarding launch={launch} />)).toBe('')
  },
)

it('renders the button on a server without its dialog', () => {
  const html = renderToString(<AddDebitCardButton />)
  expect(html).toMatch(/^<button [^>]*>Add debit card<\/button>$/)
})

it('asks the proxy nothing on a server', async () => {
  const request = vi.spyOn(globalThis, 'fetch')
  renderToString(
    <>
      <AstraOnboarding />
      <AddDebitCardButton />
    </>,
  )
  await new Promise((resolve) => setImmediate(resolve))
  expect(request).not.toHaveBeenCalled()
})
