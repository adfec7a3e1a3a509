import { CARD_FORM, TEST_CARD_NUMBERS } from './test-cards.ts'
import type { TestCardName } from './test-cards.ts'
import type { Surface } from './surface.ts'

/** The simulator's imitation of Astra's hosted module in a real browser. */
export interface HostedPage {
  /** Asks for the SMS code, reads it from the screen, and types it. */
  confirmPhone(): Promise<void>
  /** Corrects what did not match. */
  correctDetails(): Promise<void>
  sendPhoto(): Promise<void>
  /** "Authorize". */
  allowAccess(): Promise<void>
  /** "Not now", where cards and banks are offered after the consent. */
  connectNothing(): Promise<void>
  /** Types a test card, if need be after "Connect New Debit Card". Default `approved`. */
  addCard(card?: TestCardName): Promise<void>
  cancel(): Promise<void>
}

/**
 * What the person does in the window or page of Astra's that the widget has opened, against the simulator.
 *
 * @example
 * const opened = page.waitForEvent('popup')
 * await onboarding.openAstra()
 * const astra = hostedPage(playwright(await opened))
 * await astra.confirmPhone()
 * await astra.allowAccess()
 * await astra.addCard('approved')
 */
export function hostedPage(surface: Surface): HostedPage {
  const CARD_NUMBER = /^Card number/
  const CONNECT = /^Connect a card or bank$/
  return {
    confirmPhone: async () => {
      await surface.press(/^Send code$/)
      let message: string | null = null
      await surface.until(async () => (message = await surface.text(/your Astra code is/)) !== null)
      await surface.fill(/^Code$/, /code is\s+(\d{6})/.exec(message ?? '')?.[1] ?? '')
      await surface.press(/^Confirm code$/)
    },
    correctDetails: async () => {
      await surface.until(async () => (await surface.field(/^Social Security number$/)) === 'open')
      await surface.fill(/^Social Security number$/, '123456789')
      await surface.press(/^Save and continue$/)
    },
    sendPhoto: () => surface.press(/^Send photo$/),
    allowAccess: () => surface.press(/^Authorize$/),
    connectNothing: () => surface.press(/^Not now$/),
    addCard: async (card = 'approved') => {
      const isOffered = async () =>
        (await surface.headings(1)).some((heading) => CONNECT.test(heading.trim()))
      const isForm = async () => (await surface.field(CARD_NUMBER)) === 'open'
      await surface.until(async () => (await isForm()) || (await isOffered()))
      if (await isOffered()) await surface.press(/^Connect New Debit Card$/)
      await surface.until(isForm)
      await surface.fill(CARD_NUMBER, TEST_CARD_NUMBERS[card])
      await surface.fill(/^Expires/, CARD_FORM.expires)
      await surface.fill(/^Security code/, CARD_FORM.security_code)
      await surface.fill(/^Street/, CARD_FORM.street_line_1)
      await surface.fill(/^ZIP code/, CARD_FORM.zip_code)
      await surface.press(/^Add card$/)
    },
    cancel: () => surface.press(/^Cancel$/),
  }
}
