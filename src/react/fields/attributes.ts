import type { InputHTMLAttributes } from 'react'
import type { ProfileField } from '../../core/profile.ts'

type Attributes = InputHTMLAttributes<HTMLInputElement>

const words = (token: string): Attributes => ({ autoComplete: inSection(token), autoCapitalize: 'words' })

/** A host page may ask for other addresses; a browser fills in ours apart from them. */
function inSection(token: string): string {
  return token === 'off' ? token : `section-astra ${token}`
}

/** Digits and addresses of the net run from left to right in any script. */
const ltr = { dir: 'ltr' } as const

const digits: Attributes = { inputMode: 'numeric', ...ltr }

/** What browser and keyboard are told of each text field. */
export const ATTRIBUTES: Record<Exclude<ProfileField, 'dateOfBirth' | 'state'>, Attributes> = {
  firstName: words('given-name'),
  lastName: words('family-name'),
  preferredFirstName: words('nickname'),
  preferredLastName: words('off'),
  preferredPronouns: { autoComplete: 'off', autoCapitalize: 'none' },
  // Not `type=password`: password managers would offer to keep it. The style sheet hides the digits.
  ssnLast4: { ...digits, autoComplete: 'off' },
  email: { type: 'email', autoComplete: inSection('email'), autoCapitalize: 'none', ...ltr },
  phone: { type: 'tel', autoComplete: inSection('tel'), ...ltr },
  address1: words('address-line1'),
  address2: words('address-line2'),
  city: words('address-level2'),
  postalCode: { ...digits, autoComplete: inSection('postal-code') },
}

/** The same for the parts of the date. The month may be typed in letters. */
export const PART_ATTRIBUTES: Record<'month' | 'day' | 'year', Attributes> = {
  month: { autoComplete: inSection('bday-month'), autoCapitalize: 'words' },
  day: { ...digits, autoComplete: inSection('bday-day') },
  year: { ...digits, autoComplete: inSection('bday-year') },
}

/** The token of the list of states. */
export const STATE_AUTOCOMPLETE = inSection('address-level1')
