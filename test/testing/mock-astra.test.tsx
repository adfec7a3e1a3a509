import { render, screen, waitFor } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { AstraOnboarding } from 'astra-onboarding'
import { mockAstra, onboardingPage, ROSA, testingLibrary } from 'astra-onboarding/testing'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { network } from '../support/react-setup.ts'

const astra = mockAstra({ basePath: '/bank/astra', customer: { id: 'customer-7' } })
const server = setupServer(...astra.handlers)
let onboarding: ReturnType<typeof onboardingPage>

const page = <AstraOnboarding basePath="/bank/astra" presentation="auto" />
const surface = () => testingLibrary({ screen, waitFor, user: userEvent.setup() })

beforeAll(() => {
  network.close()
  server.listen({ onUnhandledRequest: 'error' })
})
beforeEach(() => {
  onboarding = onboardingPage(surface())
})
afterEach(() => astra.reset())
afterAll(() => {
  server.close()
  astra.close()
})

describe('mockAstra', () => {
  it('signs out and in again, and the widget sees it at once', async () => {
    await astra.given('approved')
    astra.signIn(null)
    render(page)
    await onboarding.see('signed-out')
    astra.signIn({ id: 'customer-7' })
    await expect(onboarding.see('invitation/first-time')).resolves.toBeUndefined()
  })

  it('moves the clock of the check, and the widget goes on', async () => {
    await astra.given('pending')
    render(page)
    await onboarding.see('verifying/seconds')
    astra.advance(90_000)
    await expect(onboarding.see('invitation/first-time')).resolves.toBeUndefined()
  })

  it("answers once in the proxy's stead, with one of its errors or with none", async () => {
    astra.failNext('GET /status', 'astra_unavailable')
    render(page)
    await onboarding.see('unreachable')
    astra.failNext('GET /status', 'no-connection')
    astra.look()
    await waitFor(() => expect(astra.requests.length).toBe(2))
    astra.look()
    await onboarding.see('profile/first')
  })

  it('holds a request until it is let through', async () => {
    const release = astra.hold('GET /status')
    render(page)
    await onboarding.see('loading')
    release()
    await expect(onboarding.see('profile/first')).resolves.toBeUndefined()
  })

  it("breaks Astra's side through the simulator", async () => {
    await astra.given('approved')
    astra.simulator.failNext('POST /v1/oauth/token', { network: 'after' })
    render(page)
    await onboarding.openAstra()
    const { outcome } = await astra.finishHostedFlow()
    expect(outcome).toMatchObject({ state: 'failed', error: 'exchange_outcome_unknown' })
  })

  it('brings news by webhook, and the widget sees it', async () => {
    await astra.given('approved')
    render(page)
    await onboarding.see('invitation/first-time')
    await astra.simulator.webhooks.deliver()
    astra.simulator.setIntentStatus(astra.simulator.intents()[0]?.id ?? '', 'suspended')
    expect(await astra.deliverWebhooks()).toMatchObject([{ status: 200 }])
    await onboarding.see('stopped/suspended')
  })

  it('comes back by redirect where the browser blocks windows, to an address that goes on', async () => {
    await astra.given('approved')
    astra.windows.block()
    const { unmount } = render(page)
    await onboarding.openAstra()
    await astra.finishHostedFlow()
    expect(window.location.search).toMatch(/^\?astra_flow=/)
    unmount()
    render(page)
    await onboarding.see('complete/onboarding')
  })

  it('does what the person does, and between that what anybody would', async () => {
    await astra.given('approved')
    render(page)
    await onboarding.openAstra()
    const { outcome } = await astra.finishHostedFlow(['code', 'cancel'])
    expect(outcome.state).not.toBe('authorized')
    await onboarding.see('invitation/again')
    expect(astra.simulator.users()).toHaveLength(1)
    await onboarding.openAstra()
    await astra.finishHostedFlow(['card flagged'])
    await onboarding.see('complete/onboarding')
    expect(astra.simulator.cards()).toMatchObject([{ status: 'flagged' }])
  })

  it('says that a deed was never possible', async () => {
    await astra.given('approved')
    render(page)
    await onboarding.openAstra()
    await expect(astra.finishHostedFlow(['document'])).rejects.toThrow(
      '[astra] The module was left before anybody could do "document" there.',
    )
  })

  it('says that no flow was opened', async () => {
    await expect(astra.finishHostedFlow()).rejects.toThrow(
      '[astra] The page has opened no hosted flow. Press "Continue to Astra" first, and check that `basePath` is the same in mockAstra and in the widget.',
    )
  })

  it('brings nobody and no business into a state', async () => {
    astra.signIn(null)
    await expect(astra.given('ready')).rejects.toThrow(
      '[astra] Nobody is signed in. Call signIn({ id }) first.',
    )
    astra.signIn({ id: 'bakery', businessProfileId: 'profile-1' })
    await expect(astra.given('ready')).rejects.toThrow(
      '[astra] given: a business customer has no profile of ours. Use `simulator`.',
    )
  })

  it('brings one customer into one state after another', async () => {
    for (const state of ['ready', 'rejected', 'ready', 'unfinished', 'ready'] as const)
      await astra.given(state)
    expect(await astra.proxy.status('customer-7')).toMatchObject({ step: { name: 'complete' } })
  })

  it('forgets everything at a reset', async () => {
    await astra.given('ready')
    astra.signIn({ id: 'customer-8' })
    render(page)
    await onboarding.see('profile/first')
    astra.reset()
    expect(astra.requests).toEqual([])
    expect(astra.simulator.users()).toEqual([])
    await astra.given('approved')
    expect(astra.simulator.intents()).toHaveLength(1)
  })
})

describe('the page object', () => {
  it('fills in the form on one page as well as in steps', async () => {
    render(<AstraOnboarding basePath="/bank/astra" layout="single" />)
    await onboarding.fillProfile()
    await onboarding.send()
    await onboarding.see('invitation/first-time')
    expect(astra.requests.find(({ route }) => route === 'POST /user-intents')?.body).toMatchObject({
      profile: { firstName: 'Rosa', dateOfBirth: ROSA.dateOfBirth, state: 'CA' },
    })
  })

  it('speaks Spanish, and words of your own', async () => {
    const messages = { send: 'Mandar' }
    const spanish = onboardingPage(surface(), { locale: 'es', messages })
    render(<AstraOnboarding basePath="/bank/astra" locale="es" messages={messages} />)
    await spanish.fillProfile()
    await spanish.send()
    await expect(spanish.see('invitation/first-time')).resolves.toBeUndefined()
  })

  it('passes over what is locked, and leaves what is there', async () => {
    astra.signIn({ id: 'customer-7', email: 'rosa@example.com', phone: '+14155550142' })
    const { email: _, phone: __, ssnLast4, ...defaultValues } = ROSA
    render(<AstraOnboarding basePath="/bank/astra" defaultValues={defaultValues} />)
    await onboarding.completeProfile({ ssnLast4, email: 'other@example.com' })
    await onboarding.send()
    await onboarding.see('invitation/first-time')
    expect(astra.simulator.intents()).toMatchObject([{ email: 'rosa@example.com', first_name: 'Rosa' }])
  })

  it('says what the form refuses', async () => {
    render(page)
    await expect(onboarding.fillProfile({ firstName: '', ssnLast4: '0000' })).rejects.toThrow(
      '[astra] The form does not accept what was typed on "About you". It says: Enter your first name. Check the last 4 digits: they are never 0000.',
    )
  })

  it('says what is shown in place of a screen', async () => {
    await astra.given('rejected')
    render(page)
    await onboarding.see('stopped/rejected')
    await expect(onboarding.see('popup')).rejects.toThrow(
      '[astra] The screen "popup" is not shown. The page\'s headings are: "Your identity could not be confirmed".',
    )
  })
})
