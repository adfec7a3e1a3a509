import * as z from 'zod/mini'
import type { Presentation } from './contract.ts'
import type { Goal } from './next-step.ts'

const goal = z.enum(['onboard', 'link-card'] satisfies Goal[])

/** Query of `GET status`. */
export const statusQuery = z.strictObject({
  goal: z.optional(goal),
  flow: z.optional(z.string().check(z.maxLength(64))),
})

/** Body of `POST user-intents`; the profile is judged by the policy, in `profile-input.ts`. */
export const userIntentBody = z.strictObject({
  profile: z.unknown(),
  /** "Correct my details": the new intent takes the place of the one there is. */
  replace: z.optional(z.boolean()),
  /** The goal that the answered step is for. */
  goal: z.optional(goal),
})

/** Body of `POST flows`. */
export const openFlowBody = z.strictObject({
  goal,
  presentation: z.enum(['popup', 'redirect'] satisfies Presentation[]),
  returnTo: z.string().check(z.maxLength(2048)),
})

/** Body of `POST flows/complete`: the query string of the return, untouched. */
export const completeBody = z.strictObject({ query: z.string().check(z.maxLength(4096)) })
