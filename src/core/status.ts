/**
 * Statuses of a UserIntent: the registration record that precedes a User.
 * @see https://docs.astra.finance/reference/get_v1-user-intent-id
 */
export const USER_INTENT_STATUSES = [
  'pending',
  'approved',
  'retry',
  'document',
  'rejected',
  'suspended',
  'converted_to_user',
] as const

/** One of {@link USER_INTENT_STATUSES}. `converted_to_user` is final: from then on the User carries the KYC status. */
export type UserIntentStatus = (typeof USER_INTENT_STATUSES)[number]

/**
 * Statuses of a User: the person after proving possession of the phone.
 * @see https://docs.astra.finance/reference/user-statuses
 */
export const USER_STATUSES = ['pending', 'approved', 'retry', 'document', 'rejected', 'suspended'] as const

/** One of {@link USER_STATUSES}. */
export type UserStatus = (typeof USER_STATUSES)[number]

/**
 * Statuses of a debit card. `pending` is not in Astra's list; a card may be seen before its review is over.
 * @see https://docs.astra.finance/reference/card-review-statuses
 */
export const CARD_STATUSES = ['approved', 'flagged', 'pending', 'rejected', 'removed'] as const

/** One of {@link CARD_STATUSES}. `flagged`: the partner decides in Astra's dashboard. */
export type CardStatus = (typeof CARD_STATUSES)[number]

/** True for a status that this version knows. An unknown one is refused where it enters, never defaulted. */
export function isUserIntentStatus(value: unknown): value is UserIntentStatus {
  return (USER_INTENT_STATUSES as readonly unknown[]).includes(value)
}

/** True for a status that this version knows. */
export function isUserStatus(value: unknown): value is UserStatus {
  return (USER_STATUSES as readonly unknown[]).includes(value)
}

/** True for a status that this version knows. */
export function isCardStatus(value: unknown): value is CardStatus {
  return (CARD_STATUSES as readonly unknown[]).includes(value)
}
