import type { Page } from '@playwright/test'
import { hostedPage, onboardingPage, playwright } from '../../../src/testing/pages.ts'
import type { HostedPage } from '../../../src/testing/pages.ts'
import { expect } from './bank.ts'

/** What a person does in Astra's hosted module. */
export type Deed = 'phone' | 'correction' | 'document' | 'consent' | 'card' | 'cancel'

/** A person at the bank's pages, who knows only what can be read there. */
export function visitor(page: Page) {
  const click = (name: string | RegExp) => page.getByRole('button', { name }).click()
  const heading = (name: string | RegExp) => page.getByRole('heading', { name })
  const onboarding = onboardingPage(playwright(page))

  return {
    /** Signs in as one of the demo's people. */
    async comeAs(person: string) {
      await page.goto('/')
      await page.getByLabel('Demo customer').selectOption({ label: person })
      // The page is loaded anew for the new customer; what is clicked before that would be lost.
      await Promise.all([page.waitForEvent('load'), click('Start as a new customer')])
      await page.getByRole('heading', { name: 'Good morning' }).waitFor()
    },

    /** Comes to a page when the identity check is done already: what is left is the way through Astra. */
    async comesInvited(path = '/transfer') {
      await page.goto('/fernhill.svg')
      await page.evaluate(sendProfile)
      await page.goto(path)
      await heading('Confirm your phone and allow access').waitFor()
    },

    /** Goes to Astra in the same window. */
    async goByRedirect() {
      await click('Continue to Astra')
      await page.waitForURL(/127\.0\.0\.1/)
    },

    /** Opens the dialog and fills the form in; the bank knows everything but the SSN. */
    async sendProfile(ssn = '4821') {
      await onboarding.addCard()
      await this.fillForm(ssn)
    },

    async fillForm(ssn = '4821') {
      await onboarding.completeProfile({ ssnLast4: ssn })
      await onboarding.send()
    },

    /** Clicks through to Astra in a popup, does what is to do there, and sees the popup close. */
    async authorizeInPopup(deeds: readonly Deed[], button?: string) {
      const popup = await this.openPopup(button)
      const closed = popup.waitForEvent('close')
      await walk(popup, deeds)
      await closed
    },

    async openPopup(button = 'Continue to Astra') {
      const opened = page.waitForEvent('popup')
      await click(button)
      const popup = await opened
      await popup.waitForURL(/127\.0\.0\.1/)
      return popup
    },

    /** Comes to a page until it says so: Astra is asked about one person every five seconds at most. */
    async finds(path: string, title: string) {
      await expect(async () => {
        await page.goto(path)
        await expect(heading(title)).toBeVisible({ timeout: 1_000 })
      }).toPass({ timeout: 20_000 })
    },

    async seesComplete() {
      await expect(heading(/^(All set|Your card is added)$/)).toBeVisible()
    },
  }
}

/** What the form would do. Runs in the page: the session's cookie is the browser's. */
export async function sendProfile(): Promise<void> {
  const post = async (path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json', 'x-astra-onboarding': '1' }
    const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${path} answers ${response.status}`)
    return response.json() as Promise<{ defaultValues: Record<string, string> }>
  }
  const { defaultValues } = await post('/demo/session', { person: 'approved' })
  await post('/api/astra/user-intents', { profile: { ...defaultValues, ssnLast4: '4821' } })
}

/** Walks through the hosted module's screens, wherever they are shown. */
export async function walk(page: Page, deeds: readonly Deed[]): Promise<void> {
  const astra = hostedPage(playwright(page))
  for (const deed of deeds) await DEEDS[deed](astra)
}

const DEEDS: Record<Deed, (astra: HostedPage) => Promise<void>> = {
  phone: (astra) => astra.confirmPhone(),
  correction: (astra) => astra.correctDetails(),
  document: (astra) => astra.sendPhoto(),
  consent: (astra) => astra.allowAccess(),
  card: (astra) => astra.addCard(),
  cancel: (astra) => astra.cancel(),
}
