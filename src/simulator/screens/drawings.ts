import type { SimulatedUser, Visit } from '../store.ts'
import { cardForm } from './card-form.ts'
import { html } from './html.ts'
import type { Markup } from './html.ts'

/** Where a visit stands; follows from the visit and the User's status alone. */
export type Screen =
  | 'phone'
  | 'code'
  | 'stale'
  | 'business'
  | 'correction'
  | 'document'
  | 'barred'
  | 'consent'
  | 'connect'
  | 'card'
  | 'done'

type Draw = (visit: Visit, user: SimulatedUser | null) => { title: string; body: Markup }

/** What each screen shows. */
export const DRAWINGS: Record<Exclude<Screen, 'done'>, Draw> = {
  phone: (visit) => ({
    title: 'Confirm your phone',
    body: html`<p>We text a code to this number.</p>
      <form method="post" action="/visit/${visit.id}/phone">
        <label for="phone">Phone number</label>
        <input
          type="tel"
          id="phone"
          name="phone"
          autocomplete="tel-national"
          value="${visit.phone?.slice(2) ?? ''}"
          ${{ markup: visit.phoneLocked ? 'readonly' : '' }}
        />
        <button>Send code</button>
      </form>
      ${cancelForm(visit)}`,
  }),
  code: (visit) => ({
    title: 'Enter the code',
    body: html`<div class="sms">
        Text message to ${visit.phone ?? ''}: your Astra code is <strong>${visit.smsCode ?? ''}</strong>
      </div>
      <form method="post" action="/visit/${visit.id}/code">
        <label for="code">Code</label>
        <input type="text" id="code" name="code" inputmode="numeric" autocomplete="one-time-code" autofocus />
        <button>Confirm code</button>
      </form>
      ${cancelForm(visit)}`,
  }),
  stale: (visit) => ({
    title: 'Please start again',
    body: html`<p class="error">This link was used already, or it waited for more than a minute.</p>
      <form method="post" action="/visit/${visit.id}/start-again"><button>Start again</button></form>`,
  }),
  business: (visit) => ({
    title: 'Tell us about your business',
    body: html`<form method="post" action="/visit/${visit.id}/business">
        <label for="business_name">Business name</label>
        <input type="text" id="business_name" name="business_name" autocomplete="organization" />
        <label for="first_name">First name</label>
        <input type="text" id="first_name" name="first_name" autocomplete="given-name" />
        <label for="last_name">Last name</label>
        <input type="text" id="last_name" name="last_name" autocomplete="family-name" />
        <label for="email">Email</label>
        <input type="text" id="email" name="email" inputmode="email" autocomplete="email" />
        <button>Send</button>
      </form>
      ${cancelForm(visit)}`,
  }),
  correction: (visit, user) => ({
    title: user?.business ? "Check your business's details" : 'Check your details',
    body: html`<p>Something did not match. Correct it; this is possible once.</p>
      <form method="post" action="/visit/${visit.id}/correction">
        ${user?.business ? businessCorrection() : personalCorrection(user)}
        <button>Save and continue</button>
      </form>`,
  }),
  document: (visit) => ({
    title: 'Send a photo of your ID',
    body: html`<p>A driver's license, a passport or a state ID. The simulator keeps no file.</p>
      <form method="post" action="/visit/${visit.id}/document">
        <label for="document">Photo of your ID</label>
        <input type="file" id="document" name="document" accept="image/*" />
        <button>Send photo</button>
      </form>`,
  }),
  barred: (visit) => ({
    title: "You can't go on",
    body: html`<p>This profile was not approved. Contact support of the app you came from.</p>
      <form method="post" action="/visit/${visit.id}/cancel">
        <button class="quiet">Return to the app</button>
      </form>`,
  }),
  consent: (visit, user) => ({
    title: 'Allow access',
    body: html`<p>Hello ${user?.first_name ?? ''}. The app would like to:</p>
      <ul>
        <li>see your profile and its status</li>
        <li>move money from and to the accounts and cards you connect</li>
      </ul>
      <form method="post" action="/visit/${visit.id}/consent"><button>Authorize</button></form>
      ${cancelForm(visit)}`,
  }),
  connect: (visit) => ({
    title: 'Connect a card or bank',
    body: html`<p>Choose how money gets in and out.</p>
      <form method="post" action="/visit/${visit.id}/connect">
        <button name="choice" value="card">Connect New Debit Card</button>
        <button name="choice" value="none" class="quiet">Not now</button>
      </form>`,
  }),
  card: cardForm,
}

function personalCorrection(user: SimulatedUser | null): Markup {
  return html`<label for="first_name">First name</label>
    <input type="text" id="first_name" name="first_name" value="${user?.first_name ?? ''}" />
    <label for="last_name">Last name</label>
    <input type="text" id="last_name" name="last_name" value="${user?.last_name ?? ''}" />
    <label for="date_of_birth">Date of birth (YYYY-MM-DD)</label>
    <input type="text" id="date_of_birth" name="date_of_birth" value="${user?.date_of_birth ?? ''}" />
    <label for="ssn">Social Security number</label>
    <input type="text" id="ssn" name="ssn" inputmode="numeric" autocomplete="off" />`
}

function businessCorrection(): Markup {
  return html`<label for="ein">Employer identification number</label>
    <input type="text" id="ein" name="ein" inputmode="numeric" autocomplete="off" />`
}

function cancelForm(visit: Visit): Markup {
  return html`<form method="post" action="/visit/${visit.id}/cancel">
    <button class="quiet">Cancel</button>
  </form>`
}
