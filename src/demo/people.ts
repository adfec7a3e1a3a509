/** A customer of the demo bank whom the simulator treats in one particular way. */
export interface DemoPerson {
  key: string
  firstName: string
  lastName: string
  /** What the visitor will see happen. */
  story: string
}

/** Who can be tried. The first names are the simulator's magic values. */
export const PEOPLE: readonly DemoPerson[] = [
  { key: 'approved', firstName: 'Rosa', lastName: 'Lindqvist', story: 'approved at once' },
  {
    key: 'pending',
    firstName: 'Pending',
    lastName: 'Okafor',
    story: 'pending for some seconds, then approved',
  },
  { key: 'slow', firstName: 'Slow', lastName: 'Martin', story: 'pending for a minute and a half' },
  { key: 'retry', firstName: 'Retry', lastName: 'Ivers', story: 'has to correct a detail' },
  { key: 'document', firstName: 'Document', lastName: 'Sato', story: 'has to send a photo ID' },
  {
    key: 'retry-document',
    firstName: 'Retry-Document',
    lastName: 'Ng',
    story: 'a correction, then a photo ID',
  },
  {
    key: 'slow-retry',
    firstName: 'Slow-Retry',
    lastName: 'Haas',
    story: 'goes on while the check runs, then has to correct a detail',
  },
  {
    key: 'slow-document',
    firstName: 'Slow-Document',
    lastName: 'Abe',
    story: 'goes on while the check runs, then has to send a photo ID',
  },
  {
    key: 'slow-document-review',
    firstName: 'Slow-Document-Review',
    lastName: 'Ito',
    story: 'sends a photo ID that somebody has to look at',
  },
  { key: 'rejected', firstName: 'Rejected', lastName: 'Doe', story: 'rejected' },
  { key: 'suspended', firstName: 'Suspended', lastName: 'Roe', story: 'suspended' },
]

/** What the demo server tells its page about the visitor. */
export interface DemoSession {
  person: string
  customerId: string
  defaultValues: Record<string, string>
}

/** What the settings page shows; ids and all, because this is a demo. */
export interface DemoAuthorization {
  step: string
  reference: string
  userIntentId: string | null
  userIntentStatus: string | null
  userId: string | null
  userStatus: string | null
  authorized: boolean
}

/** What the demo can do to an authorization, as time would. */
export type DemoEvent = 'expire-access-token' | 'expire-authorization'

/** A card as the account page lists it. */
export interface DemoCard {
  company: string
  lastFour: string
}
