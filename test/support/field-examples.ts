import type { FieldCode } from '../../src/core/field-codes.ts'
import type { ProfileField } from '../../src/core/profile.ts'

/** What a code refuses, and the nearest thing that is accepted. */
export interface FieldExample {
  field: ProfileField
  rule: string
  refused: string
  accepted: string
}

/** One row per code that a typed value can meet; the compiler refuses a missing one. */
export const FIELD_EXAMPLES: Record<Exclude<FieldCode, 'field.locked' | 'field.not_asked'>, FieldExample> = {
  'name.required': { field: 'firstName', rule: 'a name must be given', refused: ' \u200b ', accepted: 'O' },
  'name.too_long': {
    field: 'firstName',
    rule: 'at most 64 characters',
    refused: 'a'.repeat(65),
    accepted: 'a'.repeat(64),
  },
  'name.no_letter': { field: 'firstName', rule: 'at least one letter', refused: "-'-", accepted: "O'-" },
  'name.digit': { field: 'lastName', rule: 'no digits', refused: 'Louis 3', accepted: 'Louis III' },
  'name.symbol': {
    field: 'lastName',
    rule: 'no signs but hyphen, full stop, apostrophe',
    refused: 'Bob;',
    accepted: 'St. John-O’Neil',
  },
  'name.script': { field: 'lastName', rule: 'Latin letters only', refused: 'P\u0430ul', accepted: 'Paul' },
  'name.marks': {
    field: 'firstName',
    rule: 'at most three marks on a letter',
    refused: 'Zx\u0351\u036b\u0343\u036a',
    accepted: 'Zx\u0351\u036b\u0343',
  },
  'name.invisible': {
    field: 'firstName',
    rule: 'no control or direction characters',
    refused: '\u202eanA',
    accepted: '\u200eAna',
  },
  'name.not_a_name': {
    field: 'lastName',
    rule: 'no addresses, links, markup',
    refused: '<b>Bob</b>',
    accepted: 'Bob',
  },
  'email.required': { field: 'email', rule: 'an address must be given', refused: ' ', accepted: 'a@b.co' },
  'email.too_long': {
    field: 'email',
    rule: 'at most 254 characters',
    refused: `a@${'b.'.repeat(130)}co`,
    accepted: `a@${'b.'.repeat(120)}co`,
  },
  'email.format': {
    field: 'email',
    rule: 'one dot-atom, one host with a dot',
    refused: 'a..b@example.com',
    accepted: 'a.b@example.com',
  },
  'phone.required': {
    field: 'phone',
    rule: 'a number must be given',
    refused: ' - ',
    accepted: '(415) 555-0132',
  },
  'phone.too_long': {
    field: 'phone',
    rule: 'at most 64 characters typed',
    refused: `415 555 0132${' '.repeat(53)}`,
    accepted: `415 555 0132${' '.repeat(52)}`,
  },
  'phone.letters': { field: 'phone', rule: 'no letters', refused: '415-CALL-NOW', accepted: '415-225-5669' },
  'phone.extension': {
    field: 'phone',
    rule: 'no extension',
    refused: '415-555-0132 ext. 7',
    accepted: '415-555-0132',
  },
  'phone.characters': {
    field: 'phone',
    rule: 'no signs but brackets, dashes, full stop, slash',
    refused: '*67 415 555 0132',
    accepted: '(415)/555.0132',
  },
  'phone.country': {
    field: 'phone',
    rule: 'country code 1',
    refused: '+44 20 7946 0018',
    accepted: '+1 415 555 0132',
  },
  'phone.prefix': {
    field: 'phone',
    rule: 'no dialling prefix',
    refused: '011 1 415 555 0132',
    accepted: '1 415 555 0132',
  },
  'phone.length': {
    field: 'phone',
    rule: 'ten digits after the country code',
    refused: '415 555 013',
    accepted: '415 555 0132',
  },
  'phone.area_code': {
    field: 'phone',
    rule: 'a US area code in use',
    refused: '555 555 0132',
    accepted: '415 555 0132',
  },
  'phone.exchange': {
    field: 'phone',
    rule: 'an exchange of 2–9 in front, no service code',
    refused: '415 411 0132',
    accepted: '415 412 0132',
  },
  'phone.toll_free': {
    field: 'phone',
    rule: 'no toll-free number',
    refused: '800 555 0132',
    accepted: '808 555 0132',
  },
  'phone.premium': {
    field: 'phone',
    rule: 'no 900 number',
    refused: '900 555 0132',
    accepted: '901 555 0132',
  },
  'address.required': { field: 'address1', rule: 'line 1 must be given', refused: ' ', accepted: '1 A St' },
  'address.too_long': {
    field: 'address1',
    rule: 'at most 128 characters a line',
    refused: 'a'.repeat(129),
    accepted: 'a'.repeat(128),
  },
  'address.po_box': {
    field: 'address1',
    rule: 'no post-office box, on either line',
    refused: 'P.O. Box 12',
    accepted: '12 Box Elder St',
  },
  'city.required': { field: 'city', rule: 'a city must be given', refused: ' ', accepted: 'Ely' },
  'city.too_long': {
    field: 'city',
    rule: 'at most 128 characters',
    refused: 'a'.repeat(129),
    accepted: 'a'.repeat(128),
  },
  'state.required': { field: 'state', rule: 'a state must be chosen', refused: ' ', accepted: ' ca ' },
  'state.unknown': {
    field: 'state',
    rule: 'a state, DC, a territory or an armed forces’ area',
    refused: 'ON',
    accepted: 'OR',
  },
  'postal_code.required': {
    field: 'postalCode',
    rule: 'a ZIP code must be given',
    refused: ' ',
    accepted: '94607',
  },
  'postal_code.format': {
    field: 'postalCode',
    rule: 'five digits, or ZIP+4',
    refused: '94607-12',
    accepted: '94607-1234',
  },
  'postal_code.unused': {
    field: 'postalCode',
    rule: 'the prefix 000 is not in use',
    refused: '00012',
    accepted: '00501',
  },
  'postal_code.other_state': {
    field: 'postalCode',
    rule: 'military and territory ZIPs agree with the state',
    refused: '00901',
    accepted: '94607',
  },
  'date_of_birth.required': {
    field: 'dateOfBirth',
    rule: 'a date must be given',
    refused: '',
    accepted: '1991-11-04',
  },
  'date_of_birth.format': {
    field: 'dateOfBirth',
    rule: 'a real date, YYYY-MM-DD',
    refused: '1990-02-30',
    accepted: '1990-02-28',
  },
  'date_of_birth.too_early': {
    field: 'dateOfBirth',
    rule: 'the year 1900 or later',
    refused: '1899-12-31',
    accepted: '1900-01-01',
  },
  'date_of_birth.future': {
    field: 'dateOfBirth',
    rule: 'not after today at UTC−11',
    refused: '2026-11-24',
    accepted: '1991-11-24',
  },
  'date_of_birth.under_age': {
    field: 'dateOfBirth',
    rule: 'of age everywhere in the US',
    refused: '2008-11-24',
    accepted: '2008-11-23',
  },
  'ssn.required': { field: 'ssnLast4', rule: 'the digits must be given', refused: ' \t', accepted: '4821' },
  'ssn.format': { field: 'ssnLast4', rule: 'exactly four ASCII digits', refused: '482', accepted: ' 4821\n' },
  'ssn.whole_number': {
    field: 'ssnLast4',
    rule: 'never the whole number',
    refused: '123-45-6789',
    accepted: '6789',
  },
  'ssn.zero': { field: 'ssnLast4', rule: '0000 is never issued', refused: '0000', accepted: '0001' },
  'text.too_long': {
    field: 'preferredPronouns',
    rule: 'at most 128 characters',
    refused: 'a'.repeat(129),
    accepted: 'they/them',
  },
  'text.control': { field: 'city', rule: 'no control characters', refused: 'Ely\u0007', accepted: 'Ely\t' },
}
