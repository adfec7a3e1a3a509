import { AddDebitCardButton, AstraOnboarding } from 'astra-onboarding'
import 'astra-onboarding/styles.css'

/** Rendered on the server; the components bring their own `'use client'`. */
export default async function Page() {
  const links = { supportUrl: '/help', privacyUrl: '/privacy', termsUrl: '/terms' }
  return (
    <main>
      <h1>Cards</h1>
      <AstraOnboarding basePath="/bank/api/astra" {...links} />
      <AddDebitCardButton basePath="/bank/api/astra" {...links} />
    </main>
  )
}
