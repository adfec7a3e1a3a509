import { AstraOnboarding } from 'astra-onboarding'
import { useState } from 'react'
import type { DemoSession } from './people.ts'

/** The onboarding embedded in a page. */
export function TransferPage({ session }: { session: DemoSession }) {
  const [isComplete, setComplete] = useState(false)
  return (
    <>
      <h1>Instant transfer</h1>
      <section className="bank-card" aria-label="Set-up">
        <AstraOnboarding
          onComplete={() => setComplete(true)}
          defaultValues={session.defaultValues}
          supportUrl="/help"
          privacyUrl="/privacy"
          termsUrl="/terms"
        />
      </section>
      {isComplete && <p className="bank-toast">Instant transfers are on.</p>}
    </>
  )
}
