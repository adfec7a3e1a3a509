import { AddDebitCardButton } from 'astra-onboarding'
import 'astra-onboarding/styles.css'
import { createRoot } from 'react-dom/client'

createRoot(document.querySelector('main')!).render(
  <AddDebitCardButton
    layout="single"
    locale="en"
    supportUrl="/help"
    privacyUrl="/privacy"
    termsUrl="/terms"
  />,
)
