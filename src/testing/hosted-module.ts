import { CARD_FORM, TEST_CARD_NUMBERS } from './test-cards.ts'
import type { TestCardName } from './test-cards.ts'

/** What a person does in the hosted module, screen by screen. */
export type Deed =
  | 'phone'
  /** Types another number than the one that stands there. */
  | `phone ${string}`
  | 'code'
  | 'business'
  | 'correction'
  | 'document'
  | 'consent'
  /** "Not now", where cards and banks are offered after the consent. */
  | 'connect'
  /** "Connect New Debit Card", in the same place. */
  | 'connect card'
  /** Types one of the simulator's test cards, by its name. */
  | `card ${TestCardName}`
  | 'no-card'
  | 'start-again'
  | 'cancel'

/** The first way through the module, for somebody who is approved. */
export const AUTHORIZE: Deed[] = ['phone', 'code', 'consent', 'connect']

/** A browser at the hosted module. */
export type Send = (request: Request) => Promise<Response>

const FORMS: Record<
  Exclude<Deed, `${'phone' | 'card' | 'connect'} ${string}`>,
  (page: string) => Record<string, string>
> = {
  phone: (page) => ({ phone: /name="phone"[^>]*value="(\d*)"/s.exec(page)?.[1] || '4155550142' }),
  code: (page) => ({ code: /<strong>(\d{6})<\/strong>/.exec(page)?.[1] ?? '' }),
  business: () => ({
    business_name: 'Novak Bakery',
    first_name: 'Ada',
    last_name: 'Novak',
    email: 'ada.novak@example.com',
  }),
  correction: () => ({ ssn: '123456789', ein: '123456789' }),
  document: () => ({}),
  consent: () => ({}),
  connect: () => ({ choice: 'none' }),
  'no-card': () => ({}),
  'start-again': () => ({}),
  cancel: () => ({}),
}

/** What a person does on a screen of whom nothing else is said, by the forms that are on it: the first one counts. */
const NATURAL: readonly Deed[] = [
  'phone',
  'code',
  'business',
  'correction',
  'document',
  'consent',
  'connect',
  'card approved',
  'start-again',
  'cancel',
]

/** More screens than the longest way has. */
const LONGEST_WAY = 15

/** Does exactly this in the module; answers the URL it returns to, or null while still inside. */
export async function walk(send: Send, url: URL, deeds: readonly Deed[]): Promise<URL | null> {
  const visit = await enter(send, url)
  for (const deed of deeds) {
    const screen = await send(new Request(visit))
    const left = away(screen) ?? away(await send(form(visit, deed, await screen.text())))
    if (left) return left
  }
  return away(await send(new Request(visit)))
}

/** Goes all the way: does each deed where its form is shown, and on the screens between what anybody would. */
export async function walkThrough(send: Send, url: URL, deeds: readonly Deed[]): Promise<URL> {
  const visit = await enter(send, url)
  let ahead = deeds
  for (let screens = 0; screens < LONGEST_WAY; screens++) {
    const screen = await send(new Request(visit))
    const done = away(screen)
    const page = done ? '' : await screen.text()
    const [wanted] = ahead
    const isDue = wanted !== undefined && hasForm(page, wanted)
    if (isDue) ahead = ahead.slice(1)
    const left = done ?? away(await send(form(visit, isDue ? wanted : natural(page, ahead), page)))
    if (!left) continue
    if (ahead[0]) throw new Error(`[astra] The module was left before anybody could do "${ahead[0]}" there.`)
    return left
  }
  throw new Error('[astra] The hosted module shows the same screens again and again.')
}

async function enter(send: Send, url: URL): Promise<string> {
  const entered = await send(new Request(url))
  if (entered.status === 400) throw new Error(`the link does not work: ${await entered.text()}`)
  return url.origin + entered.headers.get('location')
}

function away(response: Response): URL | null {
  const location = response.headers.get('location')
  return location && !location.startsWith('/') ? new URL(location) : null
}

function actionOf(deed: Deed): { action: string; typed: string | undefined } {
  const [, action = deed, typed] = /^(\S+) (.+)$/.exec(deed) ?? []
  return { action, typed }
}

function hasForm(page: string, deed: Deed): boolean {
  return new RegExp(`action="/visit/\\w+/${actionOf(deed).action}"`).test(page)
}

function natural(page: string, ahead: readonly Deed[]): Deed {
  const deed = NATURAL.find((candidate) => hasForm(page, candidate))
  if (!deed) throw new Error('[astra] The hosted module shows a screen without a form that is known here.')
  return deed === 'connect' && ahead[0]?.startsWith('card ') ? 'connect card' : deed
}

function form(visit: string, deed: Deed, page: string): Request {
  const { action, typed } = actionOf(deed)
  const values = typed ? typedInto(action, typed) : FORMS[deed as keyof typeof FORMS](page)
  return new Request(`${visit}/${action}`, { method: 'POST', body: new URLSearchParams(values) })
}

function typedInto(action: string, typed: string): Record<string, string> {
  if (action === 'card') return { ...CARD_FORM, number: TEST_CARD_NUMBERS[typed as TestCardName] }
  return action === 'connect' ? { choice: typed } : { phone: typed }
}
