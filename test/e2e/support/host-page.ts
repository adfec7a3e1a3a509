import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import type { ClassNames } from '../../../src/react/class-names.ts'
import { GALLERY_ORIGIN } from '../../gallery/visit.mjs'

/** Our own. */
export const SHEET = readFileSync('src/react/styles.css', 'utf8')

const STATUS = {
  step: { name: 'collect-profile' },
  reference: '0A1B2C3D',
  creationUnknown: false,
  mayCorrect: false,
  policy: {
    kycType: 'verified',
    kycDelegation: false,
    minimumAge: 18,
    optionalFields: [],
    locked: [],
    lockedValues: {},
  },
}

/** What makes a look, on every element; sizes and places are compared as they come out. */
export const LOOK = [
  'display position float visibility opacity transform appearance cursor column-count',
  'color background-color background-image box-shadow',
  'border-top-width border-right-width border-bottom-width border-left-width border-top-color',
  'border-top-left-radius border-bottom-right-radius overflow-x overflow-y',
  'margin-top margin-right margin-bottom margin-left padding-top padding-right padding-bottom padding-left',
  'font-family font-size font-style font-weight line-height letter-spacing word-spacing',
  'text-align text-decoration-line text-indent text-shadow text-transform white-space',
].flatMap((line) => line.split(' '))

/** A page of the host with these style sheets and the button on it. */
export async function visitHost(page: Page, sheets: string[], classNames: ClassNames = {}): Promise<void> {
  await page.addInitScript((own) => Object.assign(window, { classNames: own }), classNames)
  await page.route('**/api/astra/status*', (route) => route.fulfill({ json: STATUS }))
  await page.goto(`${GALLERY_ORIGIN}/host.html`)
  await page.getByRole('button', { name: 'Add debit card' }).waitFor()
  for (const content of sheets) await page.addStyleTag({ content })
}

export const proceed = (page: Page) => page.getByRole('button', { name: 'Continue' }).click()
const summary = (page: Page) => page.getByRole('alert').filter({ hasText: 'There is a problem' })

/** The dialog with the first page of the form, sent empty: titles, hints, errors, inputs, buttons, links. */
export async function openForm(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Add debit card' }).click()
  await proceed(page)
  await page.getByRole('textbox', { name: 'First name' }).waitFor()
  await proceed(page)
  await summary(page).waitFor()
  // It lies where it has clicked last, and a button that comes to lie there shows it.
  await page.mouse.move(0, 0)
}
