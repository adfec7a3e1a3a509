/** What a person types into the identity form. */
export interface Person {
  firstName: string
  lastName: string
  /** `YYYY-MM-DD` */
  dateOfBirth: string
  ssnLast4: string
  email: string
  phone: string
  address1: string
  city: string
  /** Two letters. */
  state: string
  postalCode: string
  /** Asked only where your proxy's options say so, or never needed. */
  address2?: string
  preferredFirstName?: string
  preferredLastName?: string
  preferredPronouns?: string
}

/**
 * A person whom the simulator approves at once. Other first names lead elsewhere; the README lists them.
 *
 * @example
 * await onboarding.fillProfile({ ...ROSA, firstName: 'Pending' })
 */
export const ROSA = {
  firstName: 'Rosa',
  lastName: 'Lindqvist',
  dateOfBirth: '1991-11-04',
  ssnLast4: '4821',
  email: 'rosa.lindqvist@example.com',
  phone: '(415) 555-0142',
  address1: '18 Harbor View Rd',
  city: 'Oakland',
  state: 'CA',
  postalCode: '94607',
}
