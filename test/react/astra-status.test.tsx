import { act, render, screen, waitFor } from '@testing-library/react'
import { StrictMode } from 'react'
import { expect, it, vi } from 'vitest'
import type { UserStatus } from '../../src/core/status.ts'
import { refreshAstraStatus, useAstraStatus } from '../../src/react/index.ts'
import { stubChannels } from '../support/channels.ts'
import { AUTHORIZE, ROSA } from '../support/harness.ts'
import { createPage, signedOutAnswer, stopTime } from '../support/widget.tsx'
import type { Page } from '../support/widget.tsx'

const DAY = 24 * 60 * 60 * 1000

function Standing() {
  const { status, refresh } = useAstraStatus()
  return <button onClick={refresh}>{status}</button>
}

const standing = () => screen.getByRole('button').textContent

const submitted = (firstName: string) => async (page: Page) =>
  void (await page.browser('customer-1').submit({ ...ROSA, firstName }))

const onboarded = (page: Page) => page.browser('customer-1').onboard()

/** Somebody whose check came to another end than approval while they were at Astra. */
const endedAs = (status: UserStatus) => async (page: Page) => {
  const browser = page.browser('customer-1')
  await browser.submit()
  await browser.trip(AUTHORIZE, () =>
    page.simulator.setUserStatus(page.simulator.users()[0]?.id ?? '', status),
  )
}

it.each<[status: string, who: string, reach: (page: Page) => Promise<void> | void]>([
  ['needs-onboarding', 'a newcomer', () => {}],
  ['needs-onboarding', 'somebody who has never been to Astra', submitted('Rosa')],
  ['pending', 'somebody who is being checked', submitted('Pending')],
  ['action-needed', 'somebody who has to correct a detail', endedAs('retry')],
  ['action-needed', 'somebody who has to send a photo ID', endedAs('document')],
  [
    'pending',
    'somebody whose photo ID is being looked at',
    async (page) => {
      await endedAs('document')(page)
      const isLookedAt = () => page.simulator.setUserStatus(page.simulator.users()[0]?.id ?? '', 'document')
      await page.browser('customer-1').trip(['phone', 'code', 'document'], isLookedAt)
    },
  ],
  ['ready', 'somebody who has been through it', onboarded],
  [
    'reauthorize',
    'somebody whose authorization has ended',
    async (page) => {
      await onboarded(page)
      page.advance(11 * DAY)
    },
  ],
  ['stopped', 'somebody rejected', submitted('Rejected')],
  ['unreachable', 'somebody whose proxy does not answer', (page) => page.answerNext('GET /status', null)],
])('is "%s" for %s', async (status, _, reach) => {
  const page = createPage()
  await reach(page)
  stopTime()
  render(<Standing />)
  await page.settle()
  expect(standing()).toBe(status)
})

it('is "loading" until there is an answer', async () => {
  const page = createPage()
  const release = page.hold('GET /status')
  render(<Standing />)
  await waitFor(() => expect(page.count('GET /status')).toBe(1))
  expect(standing()).toBe('loading')
  release()
  expect(await screen.findByText('needs-onboarding')).toBeVisible()
})

it('knows nothing of somebody who has been signed out', async () => {
  const page = createPage()
  await onboarded(page)
  render(<Standing />)
  await screen.findByText('ready')
  page.answerNext('GET /status', signedOutAnswer())
  await page.user.click(screen.getByRole('button'))
  expect(await screen.findByText('unreachable')).toBeVisible()
  page.answerNext('GET /status', new Response('<h1>Bad gateway</h1>', { status: 502 }))
  await page.user.click(screen.getByRole('button'))
  await page.settle()
  expect(standing()).toBe('unreachable')
})

it('stays "unreachable" while it asks again without having had an answer', async () => {
  const page = createPage()
  // What another test's page asked is forgotten within one turn.
  await page.settle()
  page.answerNext('GET /status', null)
  render(<Standing />)
  await screen.findByText('unreachable')
  const release = page.hold('GET /status')
  await page.user.click(screen.getByRole('button'))
  await waitFor(() => expect(page.count('GET /status')).toBe(2))
  expect(standing()).toBe('unreachable')
  release()
  expect(await screen.findByText('needs-onboarding')).toBeVisible()
})

it('asks the proxy once when it is mounted, also in StrictMode', async () => {
  const page = createPage()
  stopTime()
  render(<Standing />, { wrapper: StrictMode })
  await page.settle()
  expect(page.count('GET /status')).toBe(1)
})

it('asks again and again while Astra is checking, and no more often than once a minute afterwards', async () => {
  const page = createPage()
  // No jitter: how long the last wait was decides when the minute begins.
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  await submitted('Pending')(page)
  stopTime()
  render(<Standing />)
  await page.settle()
  expect(standing()).toBe('pending')
  await page.pass(1_300)
  expect(page.count('GET /status')).toBe(2)
  page.advance(6_000)
  await page.pass(2_500)
  expect(standing()).toBe('needs-onboarding')
  const before = page.count('GET /status')
  await page.pass(59_000)
  expect(page.count('GET /status')).toBe(before)
  await page.pass(1_000)
  expect(page.count('GET /status')).toBe(before + 1)
})

it('notices within a minute that the authorization has ended', async () => {
  const page = createPage()
  await onboarded(page)
  stopTime()
  render(<Standing />)
  await page.settle()
  page.advance(11 * DAY)
  await page.pass(60_000)
  expect(standing()).toBe('reauthorize')
})

it('asks nothing by itself while the page is hidden', async () => {
  const page = createPage()
  stopTime()
  render(<Standing />)
  await page.settle()
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
  await page.pass(180_000)
  expect(page.count('GET /status')).toBe(1)
})

it.each<[signal: string, give: () => void]>([
  ['the window gets the focus', () => window.dispatchEvent(new Event('focus'))],
  ['the page is seen again', () => document.dispatchEvent(new Event('visibilitychange'))],
  ['the network is back', () => window.dispatchEvent(new Event('online'))],
  ['the page comes out of the cache', () => window.dispatchEvent(new Event('pageshow'))],
  [
    'another window of this origin says so',
    () =>
      window.dispatchEvent(
        new MessageEvent('message', {
          origin: window.location.origin,
          data: { type: 'astra-onboarding', flow: 'x' },
        }),
      ),
  ],
  ['the page says so', refreshAstraStatus],
  ['its own `refresh` is called', () => screen.getByRole('button').click()],
])('asks at once when %s', async (_, give) => {
  stubChannels()
  const page = createPage()
  await onboarded(page)
  stopTime()
  render(<Standing />)
  await page.settle()
  page.advance(11 * DAY)
  act(give)
  await page.settle()
  expect(page.count('GET /status')).toBe(2)
  expect(standing()).toBe('reauthorize')
})

it('hears the page in a browser without BroadcastChannel, too', async () => {
  vi.stubGlobal('BroadcastChannel', undefined)
  const page = createPage()
  stopTime()
  render(<Standing />)
  await page.settle()
  act(refreshAstraStatus)
  await page.settle()
  expect(page.count('GET /status')).toBe(2)
})

it('keeps its last answer through an outage', async () => {
  const page = createPage()
  await onboarded(page)
  stopTime()
  render(<Standing />)
  await page.settle()
  page.answerNext('GET /status', null)
  page.lookAgain()
  await page.settle()
  expect(page.count('GET /status')).toBe(2)
  expect(standing()).toBe('ready')
})

it('shares each request and each answer between two components', async () => {
  const page = createPage()
  await onboarded(page)
  stopTime()
  render(
    <>
      <Standing />
      <Standing />
    </>,
  )
  await page.settle()
  const both = () => screen.getAllByRole('button').map(({ textContent }) => textContent)
  expect(both()).toEqual(['ready', 'ready'])
  expect(page.count('GET /status')).toBe(1)
  page.advance(11 * DAY)
  page.lookAgain()
  await page.settle()
  expect(both()).toEqual(['reauthorize', 'reauthorize'])
  expect(page.count('GET /status')).toBe(2)
})

it('says nothing of what others on the page have known, and asks once for all that come together', async () => {
  const page = createPage()
  await onboarded(page)
  stopTime()
  const { rerender } = render(<Standing key="menu" />)
  await page.settle()
  page.advance(11 * DAY)
  rerender(
    <>
      <Standing key="menu" />
      <Standing key="banner" />
      <Standing key="button" />
    </>,
  )
  const all = () => screen.getAllByRole('button').map(({ textContent }) => textContent)
  expect(all()).toEqual(['ready', 'loading', 'loading'])
  await page.settle()
  expect(all()).toEqual(['reauthorize', 'reauthorize', 'reauthorize'])
  expect(page.count('GET /status')).toBe(2)
})

it('says the same again when it is mounted again', async () => {
  const page = createPage()
  await onboarded(page)
  stopTime()
  const { rerender } = render(<Standing key="first" />)
  await page.settle()
  rerender(<Standing key="second" />)
  expect(standing()).toBe('loading')
  await page.settle()
  expect(standing()).toBe('ready')
})

it('does not count an answer that was on its way before it came', async () => {
  const page = createPage()
  await onboarded(page)
  stopTime()
  const { rerender } = render(<Standing key="menu" />)
  await page.settle()
  const release = page.hold('GET /status')
  page.lookAgain()
  await vi.waitFor(() => expect(page.count('GET /status')).toBe(2))
  const releaseNext = page.hold('GET /status')
  rerender(
    <>
      <Standing key="menu" />
      <Standing key="banner" />
    </>,
  )
  await vi.waitFor(() => expect(page.count('GET /status')).toBe(3))
  const banner = () => screen.getAllByRole('button').at(-1)?.textContent
  release()
  await act(() => vi.advanceTimersByTimeAsync(100))
  expect(banner()).toBe('loading')
  releaseNext()
  await page.settle()
  expect(banner()).toBe('ready')
})

it('leaves no timer and no listener behind', async () => {
  const channels = stubChannels()
  const page = createPage()
  stopTime()
  const { unmount } = render(<Standing />)
  await page.settle()
  expect(channels.open()).toBe(1)
  unmount()
  await page.settle()
  expect(vi.getTimerCount()).toBe(0)
  page.lookAgain()
  await page.settle()
  expect(page.count('GET /status')).toBe(1)
  expect(channels.open()).toBe(0)
})
