// Shows one fixture: ?fixture=stopped/rejected&locale=es&scheme=dark&dir=rtl&layout=single; without one, all of them, one below the other.
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { OnboardingView } from '../../src/react/OnboardingView.tsx'
import type { AstraOnboardingHandle } from '../../src/react/use-astra-onboarding.ts'
import '../../src/react/styles.css'
import { FIXTURES } from './fixtures.ts'
import type { Fixture } from './fixtures.ts'
import './gallery.css'

const query = new URLSearchParams(window.location.search)
const nothing = () => {}

function handleOf({ screen, notice, mayCorrect = false }: Fixture): AstraOnboardingHandle {
  return {
    screen,
    notice: notice ?? null,
    step: null,
    reference: '0A1B2C3D',
    isResumed: false,
    open: nothing,
    bringToFront: nothing,
    refresh: nothing,
    correct: mayCorrect ? nothing : null,
    cancelCorrection: nothing,
    submitProfile: () => Promise.resolve(),
    emit: nothing,
  }
}

document.documentElement.lang = query.get('locale') ?? 'en'
document.documentElement.dir = query.get('dir') ?? 'ltr'
document.documentElement.dataset['scheme'] = query.get('scheme') ?? 'light'

function All() {
  return Object.keys(FIXTURES).map((name) => (
    <section key={name} data-fixture={name}>
      <Picture name={name} />
    </section>
  ))
}

function Picture({ name }: { name: string }) {
  const fixture = FIXTURES[name]
  if (!fixture) throw new Error(`There is no fixture ${name}.`)
  return (
    <OnboardingView
      handle={handleOf(fixture)}
      exit={nothing}
      onError={undefined}
      layout={query.get('layout') === 'single' ? 'single' : 'steps'}
      defaultValues={{ firstName: 'Rosa', lastName: 'Lindqvist', city: 'Oakland' }}
      supportUrl="/help"
      privacyUrl="/privacy"
      termsUrl="/terms"
    />
  )
}

const name = query.get('fixture')
const root = document.getElementById('root')
if (root) createRoot(root).render(<StrictMode>{name ? <Picture name={name} /> : <All />}</StrictMode>)
