/**
 * The numbers that the simulator's card form takes, by what becomes of the card.
 *
 * @example
 * await hostedPage(playwright(popup)).addCard('declined')
 */
export const TEST_CARD_NUMBERS = {
  approved: '4242 4242 4242 4242',
  'approved-too': '4403 9300 0000 0011',
  flagged: '4758 3300 0000 0015',
  declined: '4000 2200 0000 0014',
  pending: '5108 0500 0000 0013',
  'pending-declined': '5200 8200 0000 0016',
}

/** A card of the simulator. */
export type TestCardName = keyof typeof TEST_CARD_NUMBERS

/** What the card form is filled in with, besides the number. */
export const CARD_FORM = {
  expires: '12/49',
  security_code: '123',
  first_name: 'Rosa',
  last_name: 'Lindqvist',
  street_line_1: '18 Harbor View Rd',
  city: 'Oakland',
  state: 'CA',
  zip_code: '94607',
}
