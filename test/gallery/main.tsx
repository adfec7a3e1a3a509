// Shows one fixture: ?fixture=stopped/rejected&locale=es&scheme=dark&dir=rtl; without one, all that are no dialogs, one
// below the other. The page is ready when its root element says so.
import { waitFor, within } from '@testing-library/dom'
import { userEvent } from '@testing-library/user-event'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { AddDebitCardButton } from '../../src/react/AddDebitCardButton.tsx'
import { OnboardingView } from '../../src/react/OnboardingView.tsx'
import { openers } from '../../src/react/messages/button.ts'
import { ProxyError } from '../../src/react/proxy-client.ts'
import type { AstraOnboardingHandle } from '../../src/react/use-astra-onboarding.ts'
import { onboardingPage, testingLibrary } from '../../src/testing/pages.ts'
import '../../src/react/styles.css'
import { FIXTURES } from './fixtures.ts'
import type { Fixture } from './fixtures.ts'
import './gallery.css'

const query = new URLSearchParams(window.location.search)
const locale = query.get('locale') === 'es' ? 'es' : 'en'
const nothing = () => {}
const REFERENCE = '0A1B2C3D'
const LINKS = { supportUrl: '/help', privacyUrl: '/privacy', termsUrl: '/terms' }
const NAMES = { firstName: 'Rosa', lastName: 'Lindqvist', city: 'Oakland' }

function handleOf({ screen: shown, notice, mayCorrect = false }: Fixture): AstraOnboardingHandle {
  return {
    screen: shown,
    notice: notice ?? null,
    step: null,
    reference: REFERENCE,
    isResumed: false,
    open: nothing,
    bringToFront: nothing,
    refresh: nothing,
    correct: mayCorrect ? nothing : null,
    cancelCorrection: nothing,
    submitProfile: () => Promise.reject(new ProxyError(null)),
    emit: nothing,
  }
}

document.documentElement.lang = query.get('locale') ?? 'en'
document.documentElement.dir = query.get('dir') ?? 'ltr'
document.documentElement.dataset['scheme'] = query.get('scheme') ?? 'light'

const everything = Object.entries(FIXTURES)
const wanted = query.get('fixture')
const shown = everything.filter(([name, { inDialog }]) => (wanted ? name === wanted : !inDialog))

function Picture({ fixture }: { fixture: Fixture }) {
  if (fixture.inDialog) return <AddDebitCardButton open {...LINKS} defaultValues={NAMES} goal="onboard" />
  return (
    <OnboardingView
      handle={handleOf(fixture)}
      exit={nothing}
      onError={undefined}
      layout={fixture.layout}
      historySteps={false}
      defaultValues={NAMES}
      {...LINKS}
    />
  )
}

/** The proxy of a fixture in a dialog, which has the whole widget in it. */
window.fetch = () => {
  const dialog = shown[0]?.[1].screen
  const policy = dialog?.name === 'profile' ? dialog.policy : undefined
  const step = { name: 'collect-profile' }
  return Promise.resolve(
    Response.json({ step, reference: REFERENCE, creationUnknown: false, mayCorrect: false, policy }),
  )
}

/** Two people cannot type at the same time: there is one focus. */
async function walkAll(): Promise<void> {
  // No key by key: there are many forms, and nothing here is about typing.
  const user = userEvent.setup({ delay: null })
  const type = async (element: Element, text: string) => {
    await user.click(element)
    await user.paste(text)
  }
  const hand = { ...user, type }
  await waitFor(() => seen(document.body, '[data-fixture]'))
  for (const [name, { walk, inDialog }] of shown) {
    const section = document.querySelector<HTMLElement>(`[data-fixture="${name}"]`)
    if (!section) throw new Error(`The fixture ${name} is not on the page.`)
    // In another language everything starts with "Loading…".
    if (name !== 'loading') await waitFor(() => seen(section, 'h2'))
    await walk?.deeds(
      onboardingPage(testingLibrary({ screen: within(section), waitFor, user: hand }), { locale }),
    )
    if (walk) await waitFor(() => seen(section, walk.until))
    if (inDialog !== 'closing') continue
    await user.click(within(section).getByRole('button', { name: openers[locale].close }))
    await waitFor(() => seen(section, '[role=alertdialog]'))
  }
}

function seen(section: HTMLElement, selector: string): void {
  if (!section.querySelector(selector)) throw new Error(`There is no ${selector} yet.`)
}

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      {shown.map(([name, fixture]) => (
        <section key={name} data-fixture={name}>
          <Picture fixture={fixture} />
        </section>
      ))}
    </StrictMode>,
  )
}
await walkAll()
document.documentElement.dataset['names'] = everything.map(([name]) => name).join(' ')
