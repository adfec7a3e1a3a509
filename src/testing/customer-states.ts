import type { ScreenName } from '../react/screens.ts'
import type { Backend } from './backend.ts'
import type { TestBrowser } from './browser.ts'
import type { Person } from './person.ts'

/** Where a customer can stand. */
export type CustomerState =
  /** Known to the partner, not to Astra. */
  | 'not-onboarded'
  /** Their profile was sent, and no answer came: it may have arrived or not. */
  | 'outcome-unknown'
  /** The identity check goes on for 90 seconds, and ends well: `astra.advance(90_000)`. */
  | 'pending'
  /** Approved; has to confirm the phone and allow access. */
  | 'approved'
  /** Confirmed the phone, and left before allowing access. */
  | 'unfinished'
  /** Authorized; a detail has to be corrected. */
  | 'correction-due'
  /** Authorized; a photo ID has to be sent. */
  | 'photo-id-due'
  /** Authorized and approved: money can move. */
  | 'ready'
  /** Was ready, and the authorization has died. */
  | 'authorization-ended'
  | 'rejected'
  | 'suspended'
  /** Came back from Astra three times without finishing. */
  | 'could-not-finish'

/** How somebody comes into a state, and what `<AstraOnboarding>` shows them then. */
interface Row {
  shows: ScreenName
  reach(customer: TestBrowser, backend: Backend, person: Partial<Person>): Promise<void>
}

/** Astra is asked about one person every five seconds at most. */
const UNTIL_NEXT_READ_MS = 6_000
/** Before that nobody is let in whose check goes on. */
const UNTIL_MAY_AUTHORIZE_MS = 11_000
/** The simulator's people called "Slow-…". */
const SLOW_CHECK_MS = 25_000

const named = (firstName: string, shows: ScreenName): Row => ({
  shows,
  reach: (customer, _, person) => submit(customer, { ...person, firstName }),
})

/** Whoever is approved by Astra never goes back to a correction: these have authorized while the check went on. */
const authorizedEarly = (firstName: string, shows: ScreenName): Row => ({
  shows,
  reach: async (customer, backend, person) => {
    await submit(customer, { ...person, firstName })
    backend.advance(UNTIL_MAY_AUTHORIZE_MS)
    await customer.status()
    await customer.trip()
    backend.advance(SLOW_CHECK_MS)
  },
})

/** What a way through the module that ends early leaves behind. */
const leaving = (trips: readonly (readonly ('phone' | 'code' | 'cancel')[])[], shows: ScreenName): Row => ({
  shows,
  reach: async (customer, backend, person) => {
    await submit(customer, person)
    for (const deeds of trips) {
      await customer.trip(deeds)
      backend.advance(UNTIL_NEXT_READ_MS)
    }
  },
})

/** Every state, with the way there. */
export const CUSTOMER_STATES = {
  'not-onboarded': { shows: 'profile/first', reach: () => Promise.resolve() },
  'outcome-unknown': {
    shows: 'profile/unknown-attempt',
    reach: async (customer, { simulator }, person) => {
      simulator.failNext('POST /v1/user_intent', { network: 'before' })
      await customer.submit(person)
    },
  },
  pending: named('Slow', 'verifying/seconds'),
  approved: {
    shows: 'invitation/first-time',
    reach: (customer, _, person) => submit(customer, person),
  },
  unfinished: leaving([['phone', 'code', 'cancel']], 'invitation/again'),
  'correction-due': authorizedEarly('Slow-Retry', 'invitation/correction'),
  'photo-id-due': authorizedEarly('Slow-Document', 'invitation/document'),
  ready: { shows: 'complete/onboarding', reach: onboard },
  'authorization-ended': {
    shows: 'invitation/again',
    reach: async (customer, backend, person) => {
      await onboard(customer, backend, person)
      const user = backend.simulator.users().at(-1)
      backend.simulator.expire(user?.id ?? '', 'authorization')
      backend.advance(UNTIL_NEXT_READ_MS)
    },
  },
  rejected: named('Rejected', 'stopped/rejected'),
  suspended: named('Suspended', 'stopped/suspended'),
  'could-not-finish': leaving([['cancel'], ['cancel'], ['cancel']], 'stopped/could-not-finish'),
} as const satisfies Record<CustomerState, Row>

async function submit(customer: TestBrowser, person: Partial<Person>): Promise<void> {
  const { status, body } = await customer.submit(person)
  if (status >= 400)
    throw new Error(`[astra] given: the proxy refused the profile, ${body.error?.code ?? status}.`)
}

async function onboard(customer: TestBrowser, _: Backend, person: Partial<Person>): Promise<void> {
  await submit(customer, person)
  const { body } = await customer.trip()
  const { outcome } = body.flow
  if (outcome.state !== 'authorized') throw new Error(`[astra] given: the authorization is ${outcome.state}.`)
}
