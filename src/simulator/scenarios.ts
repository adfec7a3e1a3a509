import type { UserStatus } from '../core/status.ts'

/** How Astra's identity check goes for one person. */
export interface Scenario {
  /** Status at creation. */
  initial: UserStatus
  /** Only for an initial `pending`: how long the check takes and how it ends. */
  pending?: { seconds: number; endsAs: UserStatus }
  /** What a correction leads to; a correction happens once only. */
  afterCorrection: UserStatus
  /** What a photo ID leads to; `document` is a review without an end. */
  afterDocument: UserStatus
}

const APPROVED: Scenario = { initial: 'approved', afterCorrection: 'approved', afterDocument: 'approved' }

/** First name, lower-cased, to scenario. `retry` and `document` are Astra's own sandbox values, the others ours. */
const BY_FIRST_NAME = new Map(
  Object.entries<Scenario>({
    retry: { ...APPROVED, initial: 'retry' },
    'retry-document': { ...APPROVED, initial: 'retry', afterCorrection: 'document' },
    'retry-rejected': { ...APPROVED, initial: 'retry', afterCorrection: 'rejected' },
    document: { ...APPROVED, initial: 'document' },
    'document-rejected': { ...APPROVED, initial: 'document', afterDocument: 'rejected' },
    pending: { ...APPROVED, initial: 'pending', pending: { seconds: 4, endsAs: 'approved' } },
    'pending-retry': { ...APPROVED, initial: 'pending', pending: { seconds: 4, endsAs: 'retry' } },
    'pending-document': { ...APPROVED, initial: 'pending', pending: { seconds: 4, endsAs: 'document' } },
    'pending-rejected': { ...APPROVED, initial: 'pending', pending: { seconds: 4, endsAs: 'rejected' } },
    slow: { ...APPROVED, initial: 'pending', pending: { seconds: 90, endsAs: 'approved' } },
    'slow-retry': { ...APPROVED, initial: 'pending', pending: { seconds: 25, endsAs: 'retry' } },
    'slow-document': { ...APPROVED, initial: 'pending', pending: { seconds: 25, endsAs: 'document' } },
    'slow-document-review': {
      ...APPROVED,
      initial: 'pending',
      pending: { seconds: 25, endsAs: 'document' },
      afterDocument: 'document',
    },
    rejected: { ...APPROVED, initial: 'rejected' },
    suspended: { ...APPROVED, initial: 'suspended' },
  }),
)

/**
 * The scenario that a profile asks for; `approved` when nothing asks.
 * @see https://docs.astra.finance/docs/testing-in-the-sandbox-environment
 */
export function scenarioOf(profile: { first_name: string; date_of_birth: string; phone: string }): Scenario {
  // Documented pair; which of the two fields triggers it is not, so both are needed.
  if (profile.date_of_birth === '1970-01-01' && profile.phone === '+12025551111') {
    return { ...APPROVED, initial: 'rejected' }
  }
  return BY_FIRST_NAME.get(profile.first_name.toLowerCase()) ?? APPROVED
}

const DAY_SECONDS = 24 * 60 * 60

/** Astra reviews every business by hand, "never at once": a day here. */
const REVIEWED: Scenario = {
  ...APPROVED,
  initial: 'pending',
  pending: { seconds: DAY_SECONDS, endsAs: 'approved' },
}

/**
 * The scenario that a business asks for by the first name of its contact; a day of review when nothing asks.
 * @see https://docs.astra.finance/docs/onboarding-business-users
 */
export function businessScenarioOf(contact: { first_name: string }): Scenario {
  return BY_FIRST_NAME.get(contact.first_name.toLowerCase()) ?? REVIEWED
}
