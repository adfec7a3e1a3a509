import type { SimulatedCard, SimulatedUser, Visit } from '../store.ts'
import { TEST_CARDS, testCardOf } from '../test-cards.ts'
import { html } from './html.ts'
import type { Markup } from './html.ts'

/** What a form says of a card. */
type TypedCard = Pick<
  SimulatedCard,
  | 'testCard'
  | 'last_four_digits'
  | 'expiration_date'
  | 'first_name'
  | 'last_name'
  | 'street_line_1'
  | 'street_line_2'
  | 'city'
  | 'state'
  | 'zip_code'
>

/** The card form. What was typed is never shown again. */
export function cardForm(visit: Visit, user: SimulatedUser | null): { title: string; body: Markup } {
  const cards = Object.values(TEST_CARDS)
  return {
    title: 'Add a debit card',
    body: html`<div class="sms">
        Only these cards exist here. Never type a real one.
        <ul>
          ${cards.map(({ number, outcome }) => html`<li>${groups(number)}: ${outcome}</li>`)}
        </ul>
      </div>
      <form method="post" action="/visit/${visit.id}/card" autocomplete="off">
        ${field('number', 'Card number', { inputmode: 'numeric' })}
        ${field('expires', 'Expires (MM/YY)', { inputmode: 'numeric' })}
        ${field('security_code', 'Security code', { inputmode: 'numeric' })}
        ${field('first_name', 'First name', { value: user?.first_name ?? '' })}
        ${field('last_name', 'Last name', { value: user?.last_name ?? '' })}
        ${field('street_line_1', 'Street', {})} ${field('street_line_2', 'Apartment (optional)', {})}
        ${field('city', 'City', {})} ${field('state', 'State', {})}
        ${field('zip_code', 'ZIP code', { inputmode: 'numeric' })}
        <button>Add card</button>
      </form>
      <form method="post" action="/visit/${visit.id}/no-card">
        <button class="quiet">Back without a card</button>
      </form>`,
  }
}

function field(name: string, label: string, attributes: Record<string, string>): Markup {
  const more = Object.entries(attributes).map(([key, value]) => html`${{ markup: key }}="${value}"`)
  return html`<label for="${name}">${label}</label> <input type="text" id="${name}" name="${name}" ${more} />`
}

function groups(number: string): string {
  return number.replace(/(....)(?=.)/g, '$1 ')
}

/** Reads the form; a sentence when something is wrong with it. Number and security code go no further. */
export function readCardForm(form: URLSearchParams, now: number): TypedCard | string {
  const text = (name: string) => form.get(name)?.trim() ?? ''
  const number = text('number').replace(/[ -]/g, '')
  const testCard = testCardOf(number)
  if (!testCard) return 'That is not one of the card numbers above.'
  if (!isAhead(text('expires'), now)) return 'Enter a date of expiry that lies ahead, like 08/29.'
  if (!/^\d{3}$/.test(text('security_code'))) return 'Enter the three digits of the security code.'
  if (!text('first_name') || !text('last_name')) return 'Enter the name on the card.'
  if (!text('street_line_1')) return 'Enter the street of the billing address.'
  if (text('state') && !/^[A-Za-z]{2}$/.test(text('state'))) return 'Enter the state with two letters.'
  if (!/^\d{5}(-\d{4})?$/.test(text('zip_code'))) return 'Enter a ZIP code with five digits.'
  return {
    testCard,
    last_four_digits: number.slice(-4),
    expiration_date: text('expires'),
    first_name: text('first_name'),
    last_name: text('last_name'),
    street_line_1: text('street_line_1'),
    street_line_2: text('street_line_2'),
    city: text('city'),
    state: text('state').toUpperCase(),
    zip_code: text('zip_code'),
  }
}

/** A card works through the last day of its month. */
function isAhead(text: string, now: number): boolean {
  const [, month, year] = /^(0[1-9]|1[0-2])\/(\d\d)$/.exec(text) ?? []
  return month !== undefined && now < Date.UTC(2000 + Number(year), Number(month))
}
