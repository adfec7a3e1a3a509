// The widget over `astra-onboarding/testing` in a browser: backend and Astra answer from MSW's service worker.
import { setupWorker } from 'msw/browser'
import { createRoot } from 'react-dom/client'
import { AstraOnboarding } from '../../src/react/AstraOnboarding.tsx'
import '../../src/react/styles.css'
import { mockAstra } from '../../src/testing/index.ts'

const astra = mockAstra()
/** For the test. */
Object.assign(window, { astra })

await setupWorker(...astra.handlers).start({ onUnhandledRequest: 'bypass', quiet: true })
const root = document.getElementById('root')
if (root)
  createRoot(root).render(<AstraOnboarding supportUrl="/help" privacyUrl="/privacy" termsUrl="/terms" />)
