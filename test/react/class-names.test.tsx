import { render, screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { AddDebitCardButton, AstraOnboarding } from '../../src/react/index.ts'
import type { ClassNames, Part } from '../../src/react/index.ts'
import { createPage, fillForm, findScreen, proceed } from '../support/widget.tsx'

const PARTS = {
  root: 'own-root',
  screen: 'own-screen',
  title: 'own-title',
  caption: 'own-caption',
  text: 'own-text',
  field: 'own-field',
  label: 'own-label',
  hint: 'own-hint',
  error: 'own-error',
  input: 'own-input',
  actions: 'own-actions',
  button: 'own-button',
  link: 'own-link',
  notice: 'own-notice',
  summary: 'own-summary',
  review: 'own-review',
  support: 'own-support',
  opener: 'own-opener',
  dialog: 'own-dialog',
  close: 'own-close',
} as const satisfies Required<ClassNames>

/** The parts that show, by their own class; the root is the only one that keeps ours beside it. */
function partsShown(): Set<string> {
  return new Set(Object.keys(PARTS).filter((part) => document.querySelector(`.own-${part}`)))
}

function ourLooks(): Part[] {
  return (Object.keys(PARTS) as Part[]).filter((part) => document.querySelector(`.astra-${part}`))
}

it('gives every part the class of the host in place of ours', async () => {
  const page = createPage()
  const seen = new Set<string>()
  const look = () => {
    for (const part of partsShown()) seen.add(part)
    expect(ourLooks()).toEqual([])
  }
  render(<AddDebitCardButton classNames={PARTS} supportUrl="/help" />)
  look()
  await page.user.click(screen.getByRole('button', { name: 'Add debit card' }))
  await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
  look()
  await proceed(page.user)
  await screen.findByRole('alert')
  look()
  await page.user.click(screen.getByRole('button', { name: 'Back' }))
  await fillForm(page.user)
  look()
  page.answerNext('POST /user-intents', null)
  await page.user.click(screen.getByRole('button', { name: 'Send and continue' }))
  await screen.findByRole('alert')
  look()
  expect([...seen].toSorted()).toEqual(Object.keys(PARTS).toSorted())
})

it('keeps our class on the root, where the tokens hang', async () => {
  const page = createPage()
  const { container } = page.show({ classNames: PARTS })
  await findScreen('Set up instant transfers')
  expect(container.firstElementChild).toHaveProperty('className', 'astra-onboarding own-root')
})

it('keeps our look where the host gives no class', async () => {
  createPage()
  render(<AstraOnboarding classNames={{ button: 'btn' }} />)
  const title = await findScreen('Set up instant transfers')
  expect(title.className).toBe('astra-title')
  expect(screen.getByRole('button', { name: 'Continue' })).toHaveProperty('className', 'btn')
})
