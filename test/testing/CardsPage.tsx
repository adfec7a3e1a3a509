import { AddDebitCardButton } from 'astra-onboarding'

/** A partner's page, as in the README. */
export function CardsPage() {
  return (
    <main>
      <h1>Cards</h1>
      <AddDebitCardButton supportUrl="/help" privacyUrl="/privacy" termsUrl="/terms" />
    </main>
  )
}
