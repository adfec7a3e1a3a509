// A partner's page with the button on it and elements of its own, without any style sheet: tests bring those.
// `window.classNames`, set before the page loads, are the partner's classes for our parts.
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { AddDebitCardButton } from '../../src/react/AddDebitCardButton.tsx'
import type { ClassNames } from '../../src/react/class-names.ts'

const { classNames } = window as { classNames?: ClassNames }

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <AddDebitCardButton
        supportUrl="/help"
        privacyUrl="/privacy"
        termsUrl="/terms"
        classNames={classNames}
      />
    </StrictMode>,
  )
}
