import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import type { KycType, OptionalField, ProfileField } from '../../src/core/profile.ts'
import type { Identity } from '../../src/server/index.ts'
import { ROSA } from '../support/harness.ts'
import { createPage, findScreen } from '../support/widget.tsx'
import type { Page } from '../support/widget.tsx'

interface Policy {
  kycType: KycType
  kycDelegation: boolean
  optionalFields: readonly OptionalField[]
  locked: readonly ('email' | 'phone')[]
}

const KYC_TYPES: readonly KycType[] = ['verified', 'unverified', 'receive-only']
const EVERY_OPTIONAL = [
  'preferredFirstName',
  'preferredLastName',
  'preferredPronouns',
  'dateOfBirth',
  'ssnLast4',
] as const

const EVERY_LOCK = [[], ['email'], ['phone'], ['email', 'phone']] as const

/** Every verification type, with and without delegation, with each of these lists of optional and locked fields. */
function policies(
  lists: readonly Policy['optionalFields'][],
  locks: readonly Policy['locked'][] = EVERY_LOCK,
): [string, Policy][] {
  return KYC_TYPES.flatMap((kycType) =>
    [false, true].flatMap((kycDelegation) =>
      locks.flatMap((locked) =>
        lists.map((optionalFields): [string, Policy] => [
          [
            kycType,
            ...(kycDelegation ? ['delegated'] : []),
            `locked: ${locked.join(' and ') || 'nothing'}`,
            `listed: ${optionalFields.join(', ') || 'nothing'}`,
          ].join('; '),
          { kycType, kycDelegation, optionalFields, locked },
        ]),
      ),
    ),
  )
}

/**
 * What Astra's page says of a field.
 * @see https://docs.astra.finance/reference/post_v1-user-intent
 */
function astraRequires(field: ProfileField, { kycType, kycDelegation }: Policy): boolean {
  switch (field) {
    case 'ssnLast4':
      return kycType === 'verified' && !kycDelegation
    case 'dateOfBirth':
      return kycType !== 'receive-only'
    case 'preferredFirstName':
    case 'preferredLastName':
    case 'preferredPronouns':
    case 'address2':
      return false
    default:
      return true
  }
}

type Standing = 'required' | 'optional' | 'locked' | 'absent'

function standingOf(field: ProfileField, policy: Policy): Standing {
  if (policy.locked.some((locked) => locked === field)) return 'locked'
  if (astraRequires(field, policy)) return 'required'
  const isListed = field === 'address2' || policy.optionalFields.some((listed) => listed === field)
  return isListed ? 'optional' : 'absent'
}

interface Row {
  field: ProfileField
  label: string
  missing: string
  answer: string
}

/** Of the fields that can be locked. */
const LABELS = { email: 'E-mail address', phone: 'Phone number' }
const MASKED = { email: 'r•••@example.com', phone: '••• ••• 0142' }

/** The pages with what each may ask, in order; the sentence when it is missing; an answer. */
const PAGES: [title: string, rows: Row[]][] = [
  [
    'About you',
    [
      row('firstName', 'First name', 'Enter your first name', 'Rosa'),
      row('lastName', 'Last name', 'Enter your last name', 'Lindqvist'),
      row('preferredFirstName', 'Preferred first name', '', 'Ro'),
      row('preferredLastName', 'Preferred last name', '', 'Lind'),
      row('preferredPronouns', 'Pronouns', '', 'she/her'),
      row('dateOfBirth', 'Date of birth', 'Enter your date of birth', '1991-11-04'),
      row(
        'ssnLast4',
        'Last 4 digits of your Social Security number',
        'Enter the last 4 digits of your Social Security number',
        '4821',
      ),
    ],
  ],
  [
    'How to reach you',
    [
      row('email', LABELS.email, 'Enter your e-mail address', 'rosa.lindqvist@example.com'),
      row('phone', LABELS.phone, 'Enter your phone number', '+14155550142'),
    ],
  ],
  [
    'Your home address',
    [
      row('address1', 'Street address', 'Enter your street address', '18 Harbor View Rd'),
      row('address2', 'Apartment or unit', '', 'Unit 4'),
      row('city', 'City', 'Enter your city', 'Oakland'),
      row('state', 'State', 'Choose your state', 'CA'),
      row('postalCode', 'ZIP code', 'Enter your ZIP code', '94607'),
    ],
  ],
]

function row(field: ProfileField, label: string, missing: string, answer: string): Row {
  return { field, label, missing, answer }
}

const isLockable = (field: ProfileField): field is 'email' | 'phone' => field in MASKED

function named({ field, label }: Row, policy: Policy): string {
  return standingOf(field, policy) === 'optional' ? `${label} (optional)` : label
}

/** A page whose server has this policy, and whose customer's e-mail or phone the partner knows. */
function createPageWith(
  { locked, ...proxy }: Policy,
  minimumAge = 18,
  kind: Pick<Identity, 'businessProfileId'> = {},
): Page {
  const identity: Identity = { id: 'customer-1', ...kind }
  for (const field of locked) identity[field] = { email: ROSA.email, phone: '+14155550142' }[field]
  return createPage({ identity, proxy: { ...proxy, minimumAge } })
}

/** What stands on the page: each question with how it stands, from what a screen reader is told. */
function questions(): [string, Standing][] {
  const labels = [...document.querySelectorAll('form label, form legend')]
  const own = labels.filter((label) => label.matches('legend') || !label.closest('fieldset'))
  return own.map((label) => {
    const controls = label.matches('legend')
      ? within(label.closest('fieldset') as HTMLElement).getAllByRole<HTMLInputElement>('textbox')
      : [(label as HTMLLabelElement).control as HTMLInputElement]
    const standings = new Set(
      controls.map((control): Standing => {
        if (control.readOnly) return 'locked'
        return control.getAttribute('aria-required') === 'true' ? 'required' : 'optional'
      }),
    )
    expect(standings.size).toBe(1)
    return [label.textContent, [...standings][0] ?? 'absent']
  })
}

function enter(name: string, text: string): void {
  const group = screen.queryByRole('group', { name })
  const [year = '', month = '', day = ''] = text.split('-')
  const parts = group ? Object.entries({ Month: month, Day: day, Year: year }) : [[name, text] as const]
  for (const [label, value] of parts) {
    const control = within(group ?? document.body).getByLabelText(label)
    fireEvent.change(control, { target: { value } })
  }
}

const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }))

async function begin(page: Page, defaultValues: Partial<typeof MASKED> = {}): Promise<void> {
  page.show({ defaultValues })
  await screen.findByRole('heading', { name: 'Set up instant transfers' })
  press('Continue')
}

/** Walks through the pages, and answers all that stands so; on each page looks first what is asked, and how. */
async function complete(policy: Policy, given: readonly Standing[]): Promise<void> {
  for (const [title, rows] of PAGES) {
    await findScreen(title)
    const asked = rows.filter(({ field }) => standingOf(field, policy) !== 'absent')
    expect(questions()).toEqual(asked.map((one) => [named(one, policy), standingOf(one.field, policy)]))
    for (const { field } of asked) {
      if (!isLockable(field) || !policy.locked.includes(field)) continue
      expect(screen.getByLabelText(LABELS[field])).toHaveDisplayValue(MASKED[field])
    }
    for (const one of asked)
      if (given.includes(standingOf(one.field, policy))) enter(named(one, policy), one.answer)
    press('Continue')
  }
  await findScreen('Check your answers')
}

async function send(page: Page): Promise<unknown> {
  press('Send and continue')
  await waitFor(() => expect(page.count('POST /user-intents')).toBe(1))
  await page.settle()
  return page.sent.find(({ route }) => route === 'POST /user-intents')?.body
}

/** The answers to all that stands so, as they are sent. */
function profileOf(policy: Policy, given: readonly Standing[]): object {
  const rows = PAGES.flatMap(([, rows]) => rows)
  const answered = rows.filter(({ field }) => given.includes(standingOf(field, policy)))
  return { profile: Object.fromEntries(answered.map(({ field, answer }) => [field, answer])) }
}

function reviewed(): Record<string, string | null> {
  const terms = screen.getAllByRole('term').map((term) => term.textContent)
  const answers = screen.getAllByRole('definition').map((definition) => definition.textContent)
  return Object.fromEntries(terms.map((term, index) => [term, answers[index] ?? null]))
}

// All at once, and each lock, are in the tests after this one.
const LISTS = [
  [],
  ['preferredFirstName', 'dateOfBirth'],
  ['preferredLastName', 'preferredPronouns', 'ssnLast4'],
] as const

it.each(policies(LISTS, [[], ['email', 'phone']]))(
  'asks and sends what Astra requires, asks in addition what the partner lists: %s',
  async (_, policy) => {
    const page = createPageWith(policy)
    await begin(page)
    await complete(policy, ['required'])
    expect(await send(page)).toEqual(profileOf(policy, ['required']))
  },
)

it.each(policies([EVERY_OPTIONAL]))('demands what is required and nothing else: %s', async (_, policy) => {
  await begin(createPageWith(policy))
  for (const [title, rows] of PAGES) {
    await findScreen(title)
    press('Continue')
    const required = rows.filter(({ field }) => standingOf(field, policy) === 'required')
    if (required.length === 0) continue
    const links = within(await screen.findByRole('alert')).getAllByRole('link')
    expect(links.map((link) => link.textContent)).toEqual(required.map(({ missing }) => missing))
    for (const { label, answer } of required) enter(label, answer)
    press('Continue')
  }
  await findScreen('Check your answers')
})

it.each(policies([EVERY_OPTIONAL]))(
  'shows locked fields masked and never sends them: %s',
  async (_, policy) => {
    const page = createPageWith(policy)
    await begin(page, { email: 'somebody.else@example.com', phone: '2025550100' })
    await complete(policy, ['required', 'optional'])
    const masked = Object.fromEntries(policy.locked.map((field) => [LABELS[field], MASKED[field]]))
    expect(reviewed()).toMatchObject(masked)
    expect(await send(page)).toEqual(profileOf(policy, ['required', 'optional']))
    expect(page.simulator.intents()).toMatchObject([{ email: ROSA.email, phone: '+14155550142' }])
  },
)

it.each(policies([[], EVERY_OPTIONAL], [[]]))('says on the intro what is required: %s', async (_, policy) => {
  createPageWith(policy).show()
  await screen.findByRole('heading', { name: 'Set up instant transfers' })
  const birth = astraRequires('dateOfBirth', policy) ? ' and date of birth' : ''
  expect(screen.getAllByRole('listitem').map((need) => need.textContent)).toEqual([
    `your name${birth}`,
    ...(astraRequires('ssnLast4', policy) ? ['the last 4 digits of your Social Security number'] : []),
    'your US home address',
    ...(policy.kycType === 'receive-only' ? [] : ['your phone, for a code']),
  ])
})

const RELAXED: Policy = {
  kycType: 'receive-only',
  kycDelegation: false,
  optionalFields: EVERY_OPTIONAL,
  locked: [],
}

it('shows on the review which optional fields were left empty', async () => {
  await begin(createPageWith(RELAXED))
  await complete(RELAXED, ['required'])
  expect(reviewed()).toMatchObject({
    'Preferred first name (optional)': '–',
    'Preferred last name (optional)': '–',
    'Pronouns (optional)': '–',
    'Date of birth (optional)': '–',
    'Last 4 digits of your Social Security number (optional)': 'Not entered',
    'Apartment or unit (optional)': '–',
  })
})

it.each<[string, boolean, Partial<Policy>, Standing[]]>([
  ['was required', true, { kycType: 'verified' }, ['required']],
  ['was optional and entered', true, {}, ['required', 'optional']],
  ['was optional and left empty', false, {}, ['required']],
  ['was not asked', false, { optionalFields: [] }, ['required', 'optional']],
])('asks for the SSN again after a failure only if it was sent: it %s', async (_, isAsked, change, given) => {
  const policy = { ...RELAXED, ...change }
  const page = createPageWith(policy)
  await begin(page)
  await complete(policy, given)
  page.answerNext('POST /user-intents', null)
  press('Send and continue')
  const notice = await screen.findByRole('alert')
  expect(notice).toHaveTextContent(/^This cannot be done just now/)
  expect(/Social Security number again/.test(notice.textContent)).toBe(isAsked)
})

describe('the minimum age', () => {
  const ages = KYC_TYPES.flatMap((kycType) => [16, 18, 21].map((age) => [age, kycType] as const))

  it.each(ages)(
    'is %i for somebody %s: a day too young is refused, on the birthday it goes on',
    async (age, kycType) => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-23T18:00:00Z') })
      const policy: Policy = { ...RELAXED, kycType, optionalFields: ['dateOfBirth'] }
      await begin(createPageWith(policy, age))
      await findScreen('About you')
      for (const one of PAGES[0]?.[1] ?? [])
        if (standingOf(one.field, policy) !== 'absent') enter(named(one, policy), one.answer)
      const birth = kycType === 'receive-only' ? 'Date of birth (optional)' : 'Date of birth'
      enter(birth, `${2026 - age}-11-24`)
      press('Continue')
      const [link, ...others] = within(await screen.findByRole('alert')).getAllByRole('link')
      expect(link).toHaveTextContent(/^You are too young to open this. Check the year of birth$/)
      expect(others).toEqual([])
      expect(screen.getByRole('group', { name: birth })).toHaveAccessibleDescription(
        /Error: ?You are too young/,
      )
      enter(birth, `${2026 - age}-11-23`)
      press('Continue')
      await findScreen('How to reach you')
    },
  )
})

it.each(policies([EVERY_OPTIONAL], [[], ['email', 'phone']]))(
  'never shows the form to a business customer: %s',
  async (_, policy) => {
    const page = createPageWith(policy, 18, { businessProfileId: 'bp_1' })
    page.show()
    await findScreen('Confirm your phone and allow access')
    await page.settle()
    expect(screen.queryAllByRole('textbox')).toEqual([])
    expect(document.querySelector('form')).toBeNull()
    expect(page.sent.map(({ route }) => route)).toEqual(['GET /status'])
  },
)
