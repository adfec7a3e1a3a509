import type { CardStatus } from '../core/status.ts'

/** A number that the card form accepts. Astra publishes none: the first is from a sample of its docs, the others are ours. */
export interface TestCard {
  number: string
  company: string
  /** Status at creation. */
  initial: CardStatus
  /** Only for an initial `pending`: how long the review takes and how it ends. */
  pending?: { seconds: number; endsAs: CardStatus }
  /** What the form says of it. */
  outcome: string
}

/** The only cards there are. Their first six digits are bank numbers of Astra's sandbox, but for the first. */
export const TEST_CARDS = {
  approved: { number: '4242424242424242', company: 'visa', initial: 'approved', outcome: 'approved' },
  'approved-too': { number: '4403930000000011', company: 'visa', initial: 'approved', outcome: 'approved' },
  flagged: {
    number: '4758330000000015',
    company: 'visa',
    initial: 'flagged',
    outcome: 'flagged: the app decides about it later',
  },
  declined: { number: '4000220000000014', company: 'visa', initial: 'rejected', outcome: 'declined' },
  pending: {
    number: '5108050000000013',
    company: 'mastercard',
    initial: 'pending',
    pending: { seconds: 8, endsAs: 'approved' },
    outcome: 'under review for 8 seconds, then approved',
  },
  'pending-declined': {
    number: '5200820000000016',
    company: 'mastercard',
    initial: 'pending',
    pending: { seconds: 8, endsAs: 'rejected' },
    outcome: 'under review for 8 seconds, then declined',
  },
} as const satisfies Record<string, TestCard>

export type TestCardName = keyof typeof TEST_CARDS

/** By its number; null for every other card, a real one above all. */
export function testCardOf(number: string): TestCardName | null {
  const names = Object.keys(TEST_CARDS) as TestCardName[]
  return names.find((name) => TEST_CARDS[name].number === number) ?? null
}
