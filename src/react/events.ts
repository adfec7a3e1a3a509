import type { FlowOutcome, Presentation } from '../core/contract.ts'
import type { FieldCode } from '../core/field-codes.ts'
import type { HostedFlow, OnboardingStep } from '../core/next-step.ts'
import type { ProfileField } from '../core/profile.ts'
import type { FormPage } from './profile-pages.ts'
import type { ProxyError } from './proxy-client.ts'
import type { ScreenName } from './screens.ts'

/** How somebody left: after the end, after an end that is none of theirs, or by closing before it. */
export type ExitReason = 'completed' | 'stopped' | 'dismissed'

/**
 * What happens in the widget, for product analytics. The list is closed: names of screens, pages and fields, codes and
 * outcomes. Nothing that was typed, no id and no token is ever in it.
 *
 * | Name             | When                                                                     |
 * | ---------------- | ------------------------------------------------------------------------ |
 * | `opened`         | the widget begins to show                                                 |
 * | `screen-viewed`  | another screen shows                                                      |
 * | `page-viewed`    | another page of the form shows                                            |
 * | `fields-refused` | somebody wanted to go on, and these fields were refused                   |
 * | `profile-sent`   | the profile is on its way                                                 |
 * | `profile-taken`  | there is a user intent                                                    |
 * | `profile-refused`| the profile was not taken, with the code of the error                     |
 * | `flow-opened`    | Astra's hosted module opens                                               |
 * | `popup-blocked`  | the browser gave no window; a redirect follows                            |
 * | `popup-closed`   | the window was closed, and ten seconds later nothing had come of it       |
 * | `flow-ended`     | a trip to the hosted module is over                                       |
 * | `step-changed`   | the customer has something else to do next                                |
 * | `failed`         | a call to the proxy failed, with the code                                 |
 * | `completed`      | as {@link AstraOnboardingProps.onComplete}                                |
 * | `closed`         | the person left, as {@link AstraOnboardingProps.onExit}                   |
 */
export type AstraOnboardingEvent =
  | { name: 'opened' }
  | { name: 'screen-viewed'; screen: ScreenName }
  | { name: 'page-viewed'; page: FormPage }
  | { name: 'fields-refused'; fields: Partial<Record<ProfileField, FieldCode>> }
  | { name: 'profile-sent' | 'profile-taken' }
  | { name: 'profile-refused' | 'failed'; code: ProxyError['code'] | 'unknown' }
  | { name: 'flow-opened'; flow: HostedFlow; presentation: Presentation }
  | { name: 'popup-blocked' | 'popup-closed' }
  | { name: 'flow-ended'; flow: HostedFlow; outcome: Exclude<FlowOutcome['state'], 'open'> }
  | { name: 'step-changed'; step: OnboardingStep['name'] }
  | { name: 'completed' }
  | { name: 'closed'; reason: ExitReason }

/** Tells the host. */
export type Emit = (event: AstraOnboardingEvent) => void

/** Why somebody leaves who leaves at this screen. */
export function exitReasonAt(screen: ScreenName): ExitReason {
  if (screen.startsWith('complete/')) return 'completed'
  return screen === 'limit-reached' || screen.startsWith('stopped/') ? 'stopped' : 'dismissed'
}
