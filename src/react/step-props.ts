import type { PresentationChoice } from './launch/presentation.ts'
import type { OnboardingScreen } from './screens.ts'
import type { AstraOnboardingHandle } from './use-astra-onboarding.ts'

/** What every screen's component is given. */
export interface StepProps<Name extends OnboardingScreen['name']> {
  screen: Extract<OnboardingScreen, { name: Name }>
  handle: AstraOnboardingHandle
  presentation: PresentationChoice
  /** Leaves the widget; null where the host has not said what that means. */
  exit: (() => void) | null
}
