// @vitest-environment node
import { renderToString } from 'react-dom/server'
import { expect, it, vi } from 'vitest'
import { AddDebitCardButton, AstraGate, AstraOnboarding } from '../../src/react/index.ts'

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

it('renders the fallback of the gate on a server, and never its children', () => {
  const secret = <h1>Instant transfer</h1>
  expect(renderToString(<AstraGate fallback={<p>One moment</p>}>{secret}</AstraGate>)).toBe(
    '<p>One moment</p>',
  )
  expect(renderToString(<AstraGate>{secret}</AstraGate>)).toBe('')
})

it('asks the proxy nothing on a server', async () => {
  const request = vi.spyOn(globalThis, 'fetch')
  renderToString(
    <>
      <AstraOnboarding />
      <AddDebitCardButton />
      <AstraGate>Ready</AstraGate>
    </>,
  )
  await new Promise((resolve) => setImmediate(resolve))
  expect(request).not.toHaveBeenCalled()
})
