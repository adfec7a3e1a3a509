import { expect, it } from 'vitest'
import { AUTHORIZE, ORIGIN, ROSA } from '../support/harness.ts'
import { sign } from '../support/webhook.ts'
import { PERSON_ADDRESS } from './front.ts'
import { REDIRECT_URI } from './mounting.ts'
import type { Mounting } from './mounting.ts'

/** What holds wherever the proxy is mounted. */
export function testJourney(mounting: Mounting): void {
  it('brings a person from the form to their cards, over TLS and below a path prefix', async () => {
    const browser = mounting.browser('customer-1')
    expect((await browser.status()).step).toEqual({ name: 'collect-profile' })
    expect((await browser.submit()).status).toBe(201)
    expect((await browser.status()).step).toMatchObject({ name: 'hosted-flow', flow: 'authorize' })

    const { startPath, flow } = await browser.openFlow()
    const url = await browser.start(startPath)
    expect(url.searchParams.get('redirect_uri')).toBe(REDIRECT_URI)
    const returned = await browser.walk(url, AUTHORIZE)
    expect(`${returned?.origin}${returned?.pathname}`).toBe(REDIRECT_URI)

    const page = await browser.request('GET', `/return${returned?.search}`)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; style-src 'sha256-")
    const completed = await browser.complete(returned?.search ?? '')
    expect(completed.body.flow).toMatchObject({ id: flow.id, outcome: { state: 'authorized' } })
    expect((await browser.status()).step).toEqual({ name: 'complete' })
  })

  it('binds a flow to the browser with a cookie that only https carries, below every path', async () => {
    const browser = mounting.browser('customer-2')
    await browser.submit(person('Deux', 2))
    const body = { goal: 'onboard', presentation: 'redirect', returnTo: `${ORIGIN}/cards` }
    const { headers } = await browser.request('POST', '/flows', { body })
    expect(headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-astra-[0-9a-f]{8}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/),
    ])
  })

  it("tells Astra the person's own address, whatever they claim it to be", async () => {
    await mounting.browser('customer-3').submit(person('Drei', 3))
    const told = mounting.creations.map(({ ip_address }) => ip_address)
    expect([...new Set(told)]).toEqual([PERSON_ADDRESS])
  })
}

/** What holds wherever nothing has parsed a webhook on its way to the proxy. */
export function testWebhook(mounting: Mounting): void {
  it('believes a webhook that Astra has signed, byte for byte', async () => {
    const browser = mounting.browser('customer-4')
    const profile = person('Fourier', 4)
    await browser.onboard(profile)
    await settle(mounting)
    const user = mounting.simulator.users().find(({ email }) => email === profile.email)
    mounting.simulator.setUserStatus(user?.id ?? '', 'suspended')
    expect(await settle(mounting)).toEqual([200])
    expect((await browser.status()).step).toMatchObject({ name: 'stopped' })
  })

  it('refuses a webhook that somebody else has signed', async () => {
    const body = '{"webhook_type": "user_intent_updated"}'
    expect((await deliver(mounting, body, sign(body, 'another-secret'))).status).toBe(401)
    expect((await deliver(mounting, body, sign(body))).status).toBe(200)
  })

  it('answers several reads of one status at once, while Astra is slow', async () => {
    const browser = mounting.browser('customer-5')
    await browser.submit({ ...person('Fivaz', 5), firstName: 'Pending' })
    await settle(mounting)
    mounting.simulator.advance(6_000)
    expect(await settle(mounting)).toEqual([200])
    mounting.simulator.failNext('GET /v1/user_intent/:id', { latency: 400 })
    const answers = await Promise.all([1, 2, 3, 4].map(() => browser.request('GET', '/status')))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect((await browser.status()).step).toMatchObject({ flow: 'authorize' })
  })
}

/** Delivers what webhooks wait; answers the statuses. */
export async function settle({ simulator }: Mounting): Promise<(number | string)[]> {
  return (await simulator.webhooks.deliver()).map(({ status }) => status)
}

/** Sends what need not be from Astra. */
export function deliver(mounting: Mounting, body: string, signature: string): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'astra-verification': signature }
  return mounting.fetch(new Request(`${ORIGIN}/api/astra/webhook`, { method: 'POST', headers, body }))
}

/** Somebody whom the simulator approves at once and who is none of the others. */
export const person = (lastName: string, number: number) => ({
  ...ROSA,
  lastName,
  email: `rosa.${lastName.toLowerCase()}@example.com`,
  phone: `(415) 555-016${number}`,
})
