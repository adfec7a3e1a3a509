import { randomBytes, randomInt } from 'node:crypto'
import { isAstraError } from 'astra-onboarding/server'
import type { AstraProxy } from 'astra-onboarding/server'
import type { AstraSimulator } from 'astra-onboarding/simulator'
import { PEOPLE } from './people.ts'
import type { DemoAuthorization, DemoCard, DemoEvent, DemoSession } from './people.ts'
import { customerOf, sessionCookie } from './session.ts'

interface BankOptions {
  proxy: AstraProxy
  simulator: AstraSimulator
  simulatorOrigin: string
}

/** The bank's own backend: who is signed in, which cards there are, and the demo's switches. */
export function bankRoutes({ proxy, simulator, simulatorOrigin }: BankOptions) {
  return async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url)
    const customer = customerOf(request.headers.get('cookie'))
    const route = `${request.method} ${pathname}`
    if (route === 'POST /demo/session') return signIn((await request.json()) as { person: string })
    if (!customer) return Response.json(null)
    switch (route) {
      case 'GET /demo/session':
        return Response.json(sessionOf(customer))
      case 'GET /demo/authorization':
        return Response.json(await authorizationOf(customer))
      case 'GET /demo/cards':
        return Response.json(await cardsOf(customer))
      case 'POST /demo/event':
        return trigger(customer, (await request.json()) as { event: DemoEvent })
      default:
        return Response.json(null, { status: 404 })
    }
  }

  function signIn({ person }: { person: string }): Response {
    const key = PEOPLE.find((one) => one.key === person)?.key ?? 'approved'
    const customerId = `${key}-${randomBytes(4).toString('hex')}-${unusedPhone()}`
    return Response.json(sessionOf(customerId), { headers: { 'set-cookie': sessionCookie(customerId) } })
  }

  /** Astra signs a known phone in to its User, so every demo customer gets a number of the fictional block. */
  function unusedPhone(): string {
    const areaCodes = [
      '206',
      '212',
      '303',
      '312',
      '404',
      '415',
      '503',
      '512',
      '602',
      '617',
      '702',
      '713',
      '808',
      '907',
    ]
    for (;;) {
      const digits = `${areaCodes[randomInt(areaCodes.length)]}55501${String(randomInt(100)).padStart(2, '0')}`
      if (!simulator.users().some(({ phone }) => phone === `+1${digits}`)) return digits
    }
  }

  async function authorizationOf(customer: string): Promise<DemoAuthorization> {
    const { step, ...rest } = await proxy.status(customer)
    return { step: step.name, ...rest }
  }

  async function cardsOf(customer: string): Promise<DemoCard[]> {
    try {
      const headers = { authorization: `Bearer ${await proxy.getAccessToken(customer)}` }
      const response = await fetch(`${simulatorOrigin}/v1/cards`, { headers })
      const { cards = [] } = (await response.json()) as {
        cards?: { card_company: string; last_four_digits: string }[]
      }
      return cards.map((card) => ({ company: card.card_company, lastFour: card.last_four_digits }))
    } catch (error) {
      if (isAstraError(error)) return []
      throw error
    }
  }

  async function trigger(customer: string, { event }: { event: DemoEvent }): Promise<Response> {
    const { userId } = await proxy.status(customer)
    if (userId) {
      EVENTS[event]?.(simulator, userId)
      // Astra sends nothing when an authorization dies; the visitor should not wait for the next look, though.
      const news = {
        webhook_type: 'user_updated',
        webhook_id: crypto.randomUUID(),
        user_id: userId,
        resource_id: userId,
      } as const
      await proxy.fetch(await simulator.webhooks.request(news))
    }
    return Response.json(await authorizationOf(customer))
  }
}

const EVENTS: Record<DemoEvent, (simulator: AstraSimulator, userId: string) => void> = {
  'expire-access-token': (simulator, userId) => simulator.expire(userId, 'access-token'),
  'expire-authorization': (simulator, userId) => simulator.expire(userId, 'authorization'),
}

function sessionOf(customerId: string): DemoSession {
  const [, key = '', id = '', phone = ''] = /^(.+)-([0-9a-f]{8})-(\d{10})$/.exec(customerId) ?? []
  const person = PEOPLE.find((one) => one.key === key) ?? PEOPLE[0]
  return {
    person: person?.key ?? '',
    customerId,
    defaultValues: {
      firstName: person?.firstName ?? '',
      lastName: person?.lastName ?? '',
      dateOfBirth: '1991-11-04',
      email: `${key}.${id}@example.com`,
      phone: phone.replace(/(...)(...)(....)/, '($1) $2-$3'),
      address1: '18 Harbor View Rd',
      city: 'Oakland',
      state: 'CA',
      postalCode: '94607',
    },
  }
}
