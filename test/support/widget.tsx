import { act, render, screen, waitFor } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import type { UserEvent } from '@testing-library/user-event'
import { expect, vi } from 'vitest'
import type { Mock } from 'vitest'
import { REQUEST_HEADER } from '../../src/core/contract.ts'
import type { CompleteAnswer, OpenFlowAnswer, Presentation } from '../../src/core/contract.ts'
import type { Goal } from '../../src/core/next-step.ts'
import { AstraOnboarding } from '../../src/react/index.ts'
import type { AstraOnboardingProps } from '../../src/react/index.ts'
import type { Identity } from '../../src/server/index.ts'
import { createCookieJar } from '../../src/testing/cookie-jar.ts'
import { createNetwork } from '../../src/testing/network.ts'
import type { SentRequest } from '../../src/testing/network.ts'
import { onboardingPage, testingLibrary } from '../../src/testing/pages.ts'
import { AUTHORIZE, createHarness, ORIGIN } from './harness.ts'
import type { Deed, Harness, HarnessOptions, ROSA } from './harness.ts'
import { network } from './react-setup.ts'

/** Kept from before a test stops the time. */
const realTimeout = globalThis.setTimeout

/** What `window.open` answers. */
export interface FakePopup {
  closed: boolean
  location: { replace: Mock<(address: string) => void> }
  focus: Mock<() => void>
  close: Mock<() => void>
}

/** A page of a partner in jsdom, with the real proxy and the real simulator behind its network. */
export interface Page extends Harness {
  user: UserEvent
  /** Everything the page has sent, in order. */
  sent: readonly SentRequest[]
  /** How often the page has sent this, like `POST /flows`. */
  count(route: string): number
  /** `window.open`; answers a new fake window each time. */
  open: Mock<(address?: string, name?: string, features?: string) => FakePopup | null>
  /** The newest window. */
  popup(): FakePopup
  /** Where `location` was sent. */
  navigation: { assign: Mock<(address: string) => void>; replace: Mock<(address: string) => void> }
  /** Puts an address into the address bar. */
  visit(address: string, historyState?: unknown): void
  /** Lets the next request of this route wait; call the result to let it through. */
  hold(route: string): () => void
  /** Answers the next request of this route in the proxy's stead; null breaks the connection. */
  answerNext(route: string, answer: Response | null): void
  show(props?: AstraOnboardingProps): ReturnType<typeof render>
  /** A request of the same browser that the widget did not send. */
  request(method: string, path: string, body?: unknown): Promise<Response>
  /** Opens a flow as the widget would. */
  openFlow(presentation: Presentation, returnTo: string, goal?: Goal): Promise<OpenFlowAnswer>
  /** Does these things at Astra; answers the query string of the return. */
  walk(startPath: string, deeds?: readonly Deed[]): Promise<string>
  /** What happens in the popup: to Astra, through the module, back, and the proxy told. */
  finishPopup(deeds?: readonly Deed[]): Promise<CompleteAnswer>
  /** Everything sent is answered and shown, and nothing more follows without a clock. */
  settle(): Promise<void>
  /** Time passes for the page alone, where it has been stopped. */
  pass(ms: number): Promise<void>
  /** The window gets the focus back, so that the widget looks at once. */
  lookAgain(): void
}

interface PageOptions extends HarnessOptions {
  identity?: Identity
}

export function createPage({ identity = { id: 'customer-1' }, ...options }: PageOptions = {}): Page {
  const own = window.location.origin
  const harness = createHarness({ ...options, proxy: { allowedOrigins: [ORIGIN, own], ...options.proxy } })
  const requests = createNetwork({
    site: { origin: own, basePath: '/api/astra' },
    jar: createCookieJar(),
    proxy: () => harness.proxy,
    identity: () => identity,
  })
  const { sent } = requests
  const carry = (request: Request) => requests.carry(request)
  network.use(...requests.handlers)

  const popups: FakePopup[] = []
  const open: Page['open'] = vi.fn(() => {
    const popup: FakePopup = {
      closed: false,
      location: { replace: vi.fn() },
      focus: vi.fn(),
      close: vi.fn(() => void (popup.closed = true)),
    }
    popups.push(popup)
    return popup
  })
  vi.stubGlobal('open', open)
  vi.stubGlobal('close', vi.fn())
  vi.stubGlobal('closed', false)
  const navigation = { assign: vi.fn(), replace: vi.fn() }
  vi.stubGlobal('location', watchedLocation(window.location, navigation))

  const page: Page = {
    ...harness,
    user: userEvent.setup(),
    sent,
    count: (route) => sent.filter((request) => request.route === route).length,
    open,
    popup: () => {
      const popup = popups.at(-1)
      if (!popup) throw new Error('no window was opened')
      return popup
    },
    navigation,
    visit: (address, historyState = null) => window.history.replaceState(historyState, '', address),
    hold: (route) => requests.hold(route),
    answerNext: (route, answer) => requests.answerNext(route, answer),
    show: (props) => render(<AstraOnboarding {...props} />),
    request: (method, path, body) =>
      carry(
        new Request(`${own}/api/astra${path}`, {
          method,
          headers: { [REQUEST_HEADER]: '1', 'content-type': 'application/json' },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        }),
      ),
    openFlow: async (presentation, returnTo, goal = 'onboard') => {
      const answer = await page.request('POST', '/flows', { goal, presentation, returnTo })
      expect(answer.status).toBe(201)
      return (await answer.json()) as OpenFlowAnswer
    },
    walk: async (startPath, deeds = AUTHORIZE) => {
      const started = await carry(new Request(`${own}/api/astra${startPath}`))
      expect(started.status).toBe(302)
      const hosted = new URL(started.headers.get('location') ?? '')
      const returned = await harness.browser(identity).walk(hosted, deeds)
      if (!returned) throw new Error('the person is still inside the hosted module')
      return returned.search
    },
    finishPopup: async (deeds) => {
      const address = page.popup().location.replace.mock.lastCall?.[0] ?? ''
      const query = await page.walk(address.replace('/api/astra', ''), deeds)
      const answer = await page.request('POST', '/flows/complete', { query })
      expect(answer.status).toBe(200)
      return (await answer.json()) as CompleteAnswer
    },
    settle: async () => {
      for (let quietTurns = 0; quietTurns < 30; quietTurns = requests.isQuiet() ? quietTurns + 1 : 0) {
        await act(async () => {
          await new Promise<void>((resolve) => void realTimeout(resolve, 1))
          if (vi.isFakeTimers()) await vi.advanceTimersByTimeAsync(0)
        })
      }
    },
    pass: async (ms) => {
      await act(() => vi.advanceTimersByTimeAsync(ms))
      await page.settle()
    },
    lookAgain: () => act(() => void window.dispatchEvent(new Event('focus'))),
  }
  return page
}

/** What the proxy answers when the session with the partner is over. */
export function signedOutAnswer(): Response {
  const error = {
    code: 'unauthenticated',
    message: '[astra] nobody is signed in',
    userMessage: 'sign-in-again',
    retryable: false,
  }
  return Response.json({ error }, { status: 401 })
}

/** From now on, time passes only where a test moves it. */
export function stopTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
}

/** jsdom cannot navigate: reads go to the real `location`, trips away are written down. */
function watchedLocation(real: Location, navigation: Page['navigation']): Location {
  return new Proxy({} as Location, {
    get: (_, name) => {
      if (name === 'assign' || name === 'replace') return navigation[name]
      return real[name as keyof Location]
    },
  })
}

const onboarding = (user: UserEvent) => onboardingPage(testingLibrary({ screen, waitFor, user }))

/** From the first page to the last, with these answers instead of Rosa's. */
export function fillForm(user: UserEvent, changes: Partial<typeof ROSA> = {}): Promise<void> {
  return onboarding(user).fillProfile(changes)
}

export const SSN = 'Last 4 digits of your Social Security number'

/** The heading of a screen, whatever stands in front of the title. */
export function findScreen(title: string): Promise<HTMLElement> {
  return screen.findByRole('heading', { level: 2, name: (name) => name.endsWith(title) })
}

/** The same where the time stands still, and nothing can be waited for. */
export function theScreen(title: string): HTMLElement {
  return screen.getByRole('heading', { level: 2, name: (name) => name.endsWith(title) })
}

/** The input with this accessible name. */
export function input(name: string): HTMLInputElement {
  return screen.getByRole('textbox', { name })
}

/** Types an answer in place of what is there. */
export async function answer(user: UserEvent, name: string, text: string): Promise<void> {
  await user.clear(input(name))
  if (text) await user.type(input(name), text)
}

export function proceed(user: UserEvent): Promise<void> {
  return onboarding(user).proceed()
}

export function sendForm(user: UserEvent): Promise<void> {
  return onboarding(user).send()
}
