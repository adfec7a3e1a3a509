'use client'
import type { FormPolicy } from '../../core/contract.ts'
import { demandedFields } from '../../core/profile.ts'
import { useSettings } from '../settings.ts'
import { Notice, Screen } from '../Screen.tsx'

/** What is needed, how long it takes, who gets it. */
export function IntroPage({ policy, creationUnknown }: { policy: FormPolicy; creationUnknown: boolean }) {
  const { messages } = useSettings()
  const { intro } = messages.steps
  const demands = demandedFields(policy)
  const needs = [
    demands.dateOfBirth === 'required' ? intro.needs.nameAndBirth : intro.needs.name,
    ...(demands.ssnLast4 === 'required' ? [intro.needs.ssn] : []),
    intro.needs.address,
    // Whoever only receives need not confirm the phone.
    ...(policy.kycType === 'receive-only' ? [] : [intro.needs.code]),
  ]
  return (
    <Screen title={intro.title}>
      {creationUnknown && <Notice>{messages.creationUnknown}</Notice>}
      <p>{intro.text}</p>
      <ul className="astra-list">
        {needs.map((need) => (
          <li key={need}>{need}</li>
        ))}
      </ul>
      <p>{intro.duration}</p>
      <div className="astra-actions">
        <button type="submit" className="astra-button">
          {messages.continue}
        </button>
      </div>
    </Screen>
  )
}
