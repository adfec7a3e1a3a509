'use client'
import type { FormPolicy } from '../../core/contract.ts'
import { demandedFields } from '../../core/profile.ts'
import { useSettings } from '../settings.ts'
import { Actions, MainButton, Notice, Screen, Text } from '../Screen.tsx'

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
      <Text>{intro.text}</Text>
      <ul className="astra-list">
        {needs.map((need) => (
          <li key={need}>{need}</li>
        ))}
      </ul>
      <Text>{intro.duration}</Text>
      <Actions>
        <MainButton>{messages.continue}</MainButton>
      </Actions>
    </Screen>
  )
}
