import type { SimulatorContext } from '../context.ts'
import { addBusinessUser, addCard, authenticate, setUserStatus } from '../lifecycle.ts'
import type { SimulatedUser, Visit } from '../store.ts'
import { readCardForm } from './card-form.ts'
import type { Screen } from './drawings.ts'
import { html } from './html.ts'
import { page } from './layout.ts'
import { openSession } from './session.ts'

/** What a form leads to. */
export type Outcome =
  /** The screen that is due now; with the cookie of a new session. */
  | { kind: 'go-on'; cookie?: string }
  /** The same screen, with a sentence about what is wrong. */
  | { kind: 'problem'; problem: string }
  /** Back to the app. */
  | { kind: 'leave'; error?: string }
  | { kind: 'answer'; response: Response }

interface Action {
  /** The screen whose form this is. */
  on: Screen | 'any'
  run(context: SimulatorContext, visit: Visit, form: URLSearchParams, user: SimulatedUser | null): Outcome
}

const GO_ON: Outcome = { kind: 'go-on' }

/** What the forms of the screens do. */
export const ACTIONS: Record<string, Action> = {
  phone: {
    on: 'phone',
    run: (_, visit, form) => {
      const digits = (form.get('phone') ?? '').replace(/\D/g, '').replace(/^1(?=\d{10}$)/, '')
      if (digits.length !== 10)
        return { kind: 'problem', problem: 'Enter a US phone number with ten digits.' }
      if (!visit.phoneLocked) visit.phone = `+1${digits}`
      visit.smsCode = String(100_000 + ((crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % 900_000))
      return GO_ON
    },
  },
  code: {
    on: 'code',
    run: (context, visit, form) => {
      if (form.get('code')?.trim() !== visit.smsCode)
        return { kind: 'problem', problem: 'That is not the code. Try again.' }
      const user = authenticate(context, visit.phone ?? '', visit)
      if (user) return signedIn(context, visit, user)
      if (visit.business && !visit.profileId) {
        visit.phoneConfirmed = true
        return GO_ON
      }
      const body = html`<p>The simulator only knows people with a user intent.</p>`
      return { kind: 'answer', response: page('No profile', body, 400) }
    },
  },
  business: {
    on: 'business',
    run: (context, visit, form) => {
      const text = (name: string) => form.get(name)?.trim() ?? ''
      const names = ['business_name', 'first_name', 'last_name', 'email']
      if (names.some((name) => !text(name))) return { kind: 'problem', problem: 'Fill in every field.' }
      const person = { first_name: text('first_name'), last_name: text('last_name'), email: text('email') }
      return signedIn(context, visit, addBusinessUser(context, { ...person, phone: visit.phone ?? '' }))
    },
  },
  correction: {
    on: 'correction',
    run: (context, _, form, user) => {
      if (!user) return GO_ON
      if (user.business) {
        if (!/^\d{9}$/.test(form.get('ein') ?? ''))
          return { kind: 'problem', problem: 'Enter the employer identification number.' }
      } else {
        if (!/^\d{4}(\d{5})?$/.test(form.get('ssn') ?? ''))
          return { kind: 'problem', problem: 'Enter your Social Security number.' }
        user.first_name = form.get('first_name') || user.first_name
        user.last_name = form.get('last_name') || user.last_name
        user.date_of_birth = form.get('date_of_birth') || user.date_of_birth
      }
      setUserStatus(context, user, user.scenario.afterCorrection)
      return GO_ON
    },
  },
  document: {
    on: 'document',
    run: (context, visit, _form, user) => {
      visit.photoSent = true
      if (user) setUserStatus(context, user, user.scenario.afterDocument)
      return GO_ON
    },
  },
  consent: {
    on: 'consent',
    run: (_, visit, _form, user) => {
      visit.consented = true
      if (user) user.hasAuthorized = true
      return GO_ON
    },
  },
  connect: {
    on: 'connect',
    run: (_, visit, form) => {
      if (form.get('choice') !== 'card') return { kind: 'leave' }
      visit.connecting = true
      return GO_ON
    },
  },
  card: {
    on: 'card',
    run: (context, _, form, user) => {
      const card = readCardForm(form, context.now())
      if (typeof card === 'string') return { kind: 'problem', problem: card }
      if (user) addCard(context, user, card)
      return { kind: 'leave' }
    },
  },
  'no-card': { on: 'card', run: () => ({ kind: 'leave' }) },
  'start-again': { on: 'stale', run: () => ({ kind: 'leave' }) },
  cancel: {
    on: 'any',
    run: ({ decline }, visit) =>
      // Where nobody was asked for consent, nobody has refused it.
      decline === 'access_denied' && visit.entry !== 'link-card'
        ? { kind: 'leave', error: 'access_denied' }
        : { kind: 'leave' },
  },
}

function signedIn(context: SimulatorContext, visit: Visit, user: SimulatedUser): Outcome {
  visit.userId = user.id
  return { kind: 'go-on', cookie: openSession(context, user.id) }
}
