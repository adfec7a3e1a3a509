import { render, screen, waitFor, within } from '@testing-library/react'
import { StrictMode } from 'react'
import type { ReactNode } from 'react'
import { expect, it, vi } from 'vitest'
import type { FlowOutcome, FlowView, StatusAnswer } from '../../src/core/contract.ts'
import type { Goal } from '../../src/core/next-step.ts'
import {
  AddDebitCardButton,
  AstraGate,
  AstraOnboarding,
  completeAstraReturn,
  useAstraOnboarding,
} from '../../src/react/index.ts'
import { AUTHORIZE } from '../support/harness.ts'
import { createPage, findScreen } from '../support/widget.tsx'
import type { Page } from '../support/widget.tsx'

const DAY = 24 * 60 * 60 * 1000

const here = (path: string) => window.location.origin + path
const address = () => window.location.pathname + window.location.search

/** What the page hears, by the goal of the widget that says it. */
const onComplete = { onboard: vi.fn(), 'link-card': vi.fn() }

const embedded = <AstraOnboarding key="embedded" launch="auto" onComplete={() => onComplete.onboard()} />
const button = <AddDebitCardButton key="button" onComplete={() => onComplete['link-card']()} />
const ORDERS: [string, ReactNode][] = [
  ['the embedded widget first', [embedded, button]],
  ['the button first', [button, embedded]],
]

function show(page: Page, widgets: ReactNode) {
  vi.clearAllMocks()
  const shown = render(widgets, { wrapper: StrictMode })
  return {
    /** The browser does what the page has told it, so that there is a page of the same kind at the new address. */
    async arrive(): Promise<string> {
      await waitFor(() => expect(page.navigation.replace).toHaveBeenCalledOnce())
      const to = page.navigation.replace.mock.lastCall?.[0] ?? ''
      shown.unmount()
      page.visit(to)
      vi.clearAllMocks()
      render(widgets, { wrapper: StrictMode })
      return to
    },
  }
}

/** Somebody ready, who has gone from here to Astra's card form and added a card. */
async function addedCard(page: Page, from = '/cards') {
  await page.browser('customer-1').onboard()
  const { flow, startPath } = await page.openFlow('redirect', here(from), 'link-card')
  return { flow, query: await page.walk(startPath, ['phone', 'code', 'card approved']) }
}

/** Somebody whose authorization had died, and who has renewed it by a flow of this goal. */
async function renewed(page: Page, goal: Goal, from = '/cards') {
  await page.browser('customer-1').onboard()
  page.advance(11 * DAY)
  const { flow, startPath } = await page.openFlow('redirect', here(from), goal)
  return { flow, query: await page.walk(startPath, AUTHORIZE) }
}

/** The ready-made return page does its work; answers where it goes. */
async function handOver(page: Page, query: string): Promise<string> {
  const answer = await page.request('POST', '/flows/complete', { query })
  const { returnTo } = (await answer.json()) as { returnTo: string }
  return returnTo
}

const dialog = () => screen.findByRole('dialog', { name: 'Add a debit card' })

/** What the proxy has made of the return. */
async function outcomeOf(page: Page, { id }: FlowView): Promise<FlowOutcome | undefined> {
  const answer = await page.request('GET', `/status?flow=${id}`)
  return ((await answer.json()) as StatusAnswer).flow?.outcome
}

async function seesCardAdded(): Promise<void> {
  expect(await within(await dialog()).findByRole('heading', { name: 'Your card is added' })).toBeVisible()
  expect(screen.queryByRole('heading', { name: 'All set' })).toBeNull()
  expect(onComplete['link-card']).toHaveBeenCalledOnce()
  expect(onComplete.onboard).not.toHaveBeenCalled()
}

async function seesAllSet(): Promise<void> {
  expect(await screen.findByRole('heading', { name: 'All set' })).toBeVisible()
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(onComplete.onboard).toHaveBeenCalledOnce()
  expect(onComplete['link-card']).not.toHaveBeenCalled()
}

it.each(ORDERS)(
  'goes on after a redirect in the button that sent the person there: %s',
  async (_, widgets) => {
    const page = createPage()
    page.visit(await handOver(page, (await addedCard(page)).query))
    show(page, widgets)
    await seesCardAdded()
    await page.settle()
    expect(address()).toBe('/cards')
  },
)

it.each(ORDERS)('goes on after a redirect in the embedded widget that sent them: %s', async (_, widgets) => {
  const page = createPage()
  page.visit(await handOver(page, (await renewed(page, 'onboard')).query))
  show(page, widgets)
  await seesAllSet()
  await page.settle()
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(address()).toBe('/cards')
})

it.each(ORDERS)(
  'brings a return on this page to the button that sent the person there: %s',
  async (_, widgets) => {
    const page = createPage()
    page.visit(`/cards${(await addedCard(page)).query}`)
    const shown = show(page, widgets)
    await waitFor(() => expect(page.count('POST /flows/complete')).toBe(1))
    await page.settle()
    if (page.navigation.replace.mock.lastCall) await shown.arrive()
    await seesCardAdded()
    await page.settle()
    expect(page.count('POST /flows/complete')).toBe(1)
    expect(address()).toBe('/cards')
  },
)

it.each(ORDERS)(
  'brings a return on this page to the embedded widget that sent them: %s',
  async (_, widgets) => {
    const page = createPage()
    page.visit(`/cards${(await renewed(page, 'onboard')).query}`)
    const shown = show(page, widgets)
    await waitFor(() => expect(page.count('POST /flows/complete')).toBe(1))
    await page.settle()
    if (page.navigation.replace.mock.lastCall) await shown.arrive()
    await seesAllSet()
    await page.settle()
    expect(page.count('POST /flows/complete')).toBe(1)
    expect(address()).toBe('/cards')
  },
)

it.each<[string, Goal, ReactNode]>([
  ['the embedded widget', 'link-card', embedded],
  ['the button', 'onboard', button],
])(
  'hands a code over that is meant for another widget, and goes back to that: %s',
  async (_, goal, widget) => {
    const page = createPage()
    const { flow, query } = await renewed(page, goal, '/transfer')
    page.visit(`/cards${query}`)
    expect(await show(page, widget).arrive()).toBe(here(`/transfer?astra_flow=${flow.id}&astra_goal=${goal}`))
    await page.settle()
    expect(await outcomeOf(page, flow)).toEqual({ state: 'authorized' })
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(screen.queryByRole('heading')).toBeNull()
    expect(page.navigation.replace).not.toHaveBeenCalled()
  },
)

it('leaves a return alone that is meant for another widget, which may come later', async () => {
  const page = createPage()
  const arrival = await handOver(page, (await addedCard(page)).query)
  page.visit(arrival)
  const { rerender } = render(embedded, { wrapper: StrictMode })
  await waitFor(() => expect(page.count('GET /status')).toBe(1))
  await page.settle()
  expect(page.sent.at(-1)).toMatchObject({ query: '' })
  expect(here(address())).toBe(arrival)
  vi.clearAllMocks()
  rerender([embedded, button])
  await seesCardAdded()
  expect(address()).toBe('/cards')
})

it.each<[string, ReactNode]>([
  ['the embedded widget', embedded],
  ['the button', button],
])('goes on where an older proxy does not say the goal: %s', async (_, widget) => {
  const page = createPage()
  const { flow, query } = await addedCard(page)
  await handOver(page, query)
  page.visit(`/cards?astra_flow=${flow.id}`)
  show(page, widget)
  expect(await screen.findByRole('heading', { name: /^(All set|Your card is added)$/ })).toBeVisible()
  expect(address()).toBe('/cards')
})

it('does not send somebody to Astra who has just come back from there for another goal', async () => {
  const page = createPage()
  await page.browser('customer-1').onboard()
  page.advance(11 * DAY)
  const { startPath } = await page.openFlow('redirect', here('/cards'), 'link-card')
  page.visit(await handOver(page, await page.walk(startPath, ['cancel'])))
  show(page, <AstraOnboarding launch="auto-redirect" />)
  expect(await findScreen('Confirm once more')).toBeVisible()
  await page.settle()
  expect(page.navigation.assign).not.toHaveBeenCalled()
})

it('shows what a gate keeps, and goes on in the button behind it that sent the person to Astra', async () => {
  const page = createPage()
  page.visit(await handOver(page, (await addedCard(page)).query))
  const onGateComplete = vi.fn()
  show(page, <AstraGate onComplete={onGateComplete}>{button}</AstraGate>)
  await seesCardAdded()
  expect(onGateComplete).not.toHaveBeenCalled()
})

it('hands a code over at a gate, and then goes on in the button behind it', async () => {
  const page = createPage()
  const { flow, query } = await renewed(page, 'link-card')
  page.visit(`/cards${query}`)
  const shown = show(page, <AstraGate>{button}</AstraGate>)
  expect(new URL(await shown.arrive()).searchParams.get('astra_goal')).toBe('link-card')
  expect(await within(await dialog()).findByRole('heading', { name: 'Add a debit card' })).toBeVisible()
  expect(await outcomeOf(page, flow)).toEqual({ state: 'authorized' })
})

it.each<Goal>(['onboard', 'link-card'])(
  'goes on in the hook of the goal, of two on one page: %s',
  async (goal) => {
    const page = createPage()
    page.visit(await handOver(page, (await renewed(page, goal)).query))
    const resumed: Goal[] = []
    function Screens() {
      const handles = {
        onboard: useAstraOnboarding({ goal: 'onboard' }),
        'link-card': useAstraOnboarding({ goal: 'link-card' }),
      }
      for (const one of ['onboard', 'link-card'] as const)
        if (handles[one].isResumed && !resumed.includes(one)) resumed.push(one)
      return null
    }
    render(<Screens />, { wrapper: StrictMode })
    await waitFor(() => expect(resumed).toEqual([goal]))
    await page.settle()
    expect(resumed).toEqual([goal])
  },
)

it('tells the widgets of this page what a return came to that was completed without one: completeAstraReturn', async () => {
  const page = createPage()
  const { flow, query } = await addedCard(page)
  page.visit(`/cards${query}`)
  await completeAstraReturn()
  expect(page.navigation.replace).toHaveBeenCalledExactlyOnceWith(
    here(`/cards?astra_flow=${flow.id}&astra_goal=link-card`),
  )
})

it('hands a code over before the widget is downloaded, with the address stripped, and then opens', async () => {
  const page = createPage()
  page.visit(`/cards${(await renewed(page, 'link-card')).query}&tab=2`, { router: 7 })
  const addresses: string[] = []
  const real = globalThis.fetch
  vi.spyOn(globalThis, 'fetch').mockImplementation((...call) => {
    addresses.push(address())
    return real(...call)
  })
  const release = page.hold('POST /flows/complete')
  show(page, button)
  await waitFor(() => expect(addresses).toEqual(['/cards?tab=2']))
  expect(screen.queryByRole('dialog')).toBeNull()
  release()
  expect(await within(await dialog()).findByRole('heading', { name: 'Add a debit card' })).toBeVisible()
  expect(page.navigation.replace).not.toHaveBeenCalled()
  expect(address()).toBe('/cards?tab=2')
  expect(window.history.state).toEqual({ router: 7 })
})

it('shows whoever presses the button meanwhile what the return has come to', async () => {
  const page = createPage()
  const { query } = await addedCard(page)
  page.visit(`/cards${query}`)
  const release = page.hold('POST /flows/complete')
  show(page, button)
  await page.user.click(screen.getByRole('button', { name: 'Add debit card' }))
  expect(within(await dialog()).getByRole('status')).toHaveTextContent('Loading…')
  release()
  await seesCardAdded()
  expect(address()).toBe('/cards')
})

it('does not open again for somebody who has closed the dialog meanwhile, and has the end at the next press', async () => {
  const page = createPage()
  page.visit(`/cards${(await addedCard(page)).query}`)
  const release = page.hold('POST /flows/complete')
  show(page, button)
  const opener = screen.getByRole('button', { name: 'Add debit card' })
  await page.user.click(opener)
  await page.user.click(within(await dialog()).getByRole('button', { name: 'Close' }))
  release()
  await page.settle()
  expect(screen.queryByRole('dialog')).toBeNull()
  await page.user.click(opener)
  await seesCardAdded()
})

it('keeps a return for the button that comes next when the one that handed it over has gone and failed', async () => {
  const page = createPage()
  const { flow, query } = await renewed(page, 'link-card')
  page.visit(`/cards${query}`)
  page.answerNext('POST /flows/complete', null)
  page.answerNext('POST /flows/complete', null)
  const release = page.hold('POST /flows/complete')
  const { unmount } = render(button, { wrapper: StrictMode })
  await waitFor(() => expect(address()).toBe('/cards'))
  unmount()
  release()
  await page.settle()
  page.visit('/settings')
  const elsewhere = render(embedded, { wrapper: StrictMode })
  await page.settle()
  expect(await outcomeOf(page, flow)).toMatchObject({ state: 'open' })
  elsewhere.unmount()
  page.visit('/cards')
  show(page, button)
  await waitFor(async () => expect(await outcomeOf(page, flow)).toEqual({ state: 'authorized' }))
})

it('says in the dialog that the return at a button is refused for good, and tells the host', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  page.visit('/cards?code=abc&state=astra.unknown.secret')
  const onError = vi.fn()
  show(page, <AddDebitCardButton onError={onError} />)
  expect(await within(await dialog()).findByRole('button', { name: 'Continue to Astra' })).toBeVisible()
  expect(screen.getByRole('alert')).toHaveTextContent('That did not work. Start again; nothing was lost.')
  expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'flow_not_found' }))
  expect(address()).toBe('/cards')
})

it('offers a return again that a button could not hand over, and does not lose it', async () => {
  const page = createPage()
  const { flow, query } = await renewed(page, 'link-card')
  page.visit(`/cards${query}&tab=2`)
  page.answerNext('POST /flows/complete', null)
  page.answerNext('POST /flows/complete', null)
  show(page, button)
  const tryAgain = await within(await dialog()).findByRole('button', { name: 'Try again' })
  expect(address()).toBe('/cards?tab=2')
  await page.user.click(tryAgain)
  expect(await within(await dialog()).findByRole('heading', { name: 'Add a debit card' })).toBeVisible()
  expect(await outcomeOf(page, flow)).toEqual({ state: 'authorized' })
  expect(address()).toBe('/cards?tab=2')
})

it('leaves the address of the next page alone when the button has gone before its return was handed over', async () => {
  const page = createPage()
  const { flow, query } = await renewed(page, 'link-card')
  page.visit(`/cards${query}`)
  const release = page.hold('POST /flows/complete')
  const { unmount } = render(button, { wrapper: StrictMode })
  await waitFor(() => expect(address()).toBe('/cards'))
  unmount()
  page.visit('/settings')
  release()
  await page.settle()
  expect(await outcomeOf(page, flow)).toEqual({ state: 'authorized' })
  expect(address()).toBe('/settings')
})

it.each([
  ['once', ({ children }: { children: ReactNode }) => children],
  ['in StrictMode', StrictMode],
])('opens one dialog of two buttons of a goal: mounted %s', async (_, wrapper) => {
  const page = createPage()
  page.visit(await handOver(page, (await addedCard(page)).query))
  render(
    <>
      <AddDebitCardButton>One</AddDebitCardButton>
      <AddDebitCardButton>Two</AddDebitCardButton>
    </>,
    { wrapper },
  )
  await findScreen('Your card is added')
  await page.settle()
  expect(screen.getAllByRole('dialog', { hidden: true })).toHaveLength(1)
})
