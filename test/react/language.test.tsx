import { render, screen, within } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { AddDebitCardButton, AstraOnboarding } from '../../src/react/index.ts'
import { createPage, findScreen, input } from '../support/widget.tsx'

afterEach(() => document.documentElement.removeAttribute('lang'))

const root = (container: HTMLElement) => container.querySelector('.astra-onboarding')

it('leads through its first screens in Spanish', async () => {
  const page = createPage()
  const { container } = page.show({ locale: 'es' })
  await findScreen('Configure las transferencias instantáneas')
  expect(root(container)).toHaveAttribute('lang', 'es')
  await page.user.click(screen.getByRole('button', { name: 'Continuar' }))
  await findScreen('Sobre usted')
  await page.user.click(screen.getByRole('button', { name: 'Continuar' }))
  expect(input('Nombre')).toBeInvalid()
  expect(screen.getByRole('link', { name: 'Escriba su nombre' })).toBeVisible()
  expect(container).not.toHaveTextContent('Enter')
})

it('says in Spanish that it loads while Spanish is still under way', () => {
  createPage()
  const { container } = render(<AstraOnboarding locale="es" />)
  expect(screen.getByText('Cargando…')).toBeVisible()
  expect(root(container)).toHaveAttribute('lang', 'es')
})

it.each(['es', 'es-US', 'ES'])('speaks Spanish in a document whose language is %s', async (lang) => {
  document.documentElement.lang = lang
  createPage().show()
  expect(await findScreen('Configure las transferencias instantáneas')).toBeVisible()
})

it.each(['', 'en-US', 'est', 'fr'])('speaks English in a document whose language is "%s"', async (lang) => {
  document.documentElement.lang = lang
  const { container } = createPage().show()
  expect(await findScreen('Set up instant transfers')).toBeVisible()
  expect(root(container)).toHaveAttribute('lang', 'en')
})

it('speaks the language asked for, whatever the document speaks', async () => {
  document.documentElement.lang = 'es'
  createPage().show({ locale: 'en' })
  expect(await findScreen('Set up instant transfers')).toBeVisible()
})

it.each([
  ['es-MX', 'Configure las transferencias instantáneas', 'Agregar tarjeta de débito'],
  ['en-US', 'Set up instant transfers', 'Add debit card'],
  ['fr', 'Set up instant transfers', 'Add debit card'],
])('makes the best of a language that it does not know: %s', async (asked, title, label) => {
  const page = createPage()
  page.show({ locale: asked as never })
  expect(await findScreen(title)).toBeVisible()
  render(<AddDebitCardButton locale={asked as never} />)
  expect(screen.getByRole('button', { name: label })).toBeVisible()
})

it('keeps what was typed when the language changes', async () => {
  const page = createPage()
  const { rerender } = page.show({ locale: 'en' })
  await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
  await page.user.type(await screen.findByRole('textbox', { name: 'First name' }), 'Rosa')
  rerender(<AstraOnboarding locale="es" />)
  expect(await screen.findByRole('textbox', { name: 'Nombre' })).toHaveValue('Rosa')
})

it.each([
  ['en', 'It takes about two minutes.'],
  ['es', 'Toma cerca de dos minutos.'],
] as const)('shows the partner’s sentence and leaves its neighbours alone: %s', async (locale, neighbour) => {
  createPage().show({
    locale,
    messages: { steps: { intro: { title: 'Fernhill Instant', text: undefined } } },
  })
  expect(await findScreen('Fernhill Instant')).toBeVisible()
  expect(screen.getByText(neighbour)).toBeVisible()
  expect(screen.getByText(/^Astra (moves|mueve)/)).toBeVisible()
})

it('offers the card in Spanish, and its dialog too', async () => {
  const page = createPage()
  render(<AddDebitCardButton locale="es" />)
  await page.user.click(screen.getByRole('button', { name: 'Agregar tarjeta de débito' }))
  const dialog = await screen.findByRole('dialog', { name: 'Agregue una tarjeta de débito' })
  expect(dialog).toHaveAttribute('lang', 'es')
  expect(within(dialog).getByRole('button', { name: 'Cerrar' })).toBeVisible()
  expect(await within(dialog).findByRole('button', { name: 'Continuar' })).toBeVisible()
})

it('takes the button’s words from the partner', async () => {
  const page = createPage()
  render(<AddDebitCardButton messages={{ opener: { label: 'Link a card', close: 'Leave' } }} />)
  await page.user.click(screen.getByRole('button', { name: 'Link a card' }))
  const dialog = await screen.findByRole('dialog', { name: 'Add a debit card' })
  expect(within(dialog).getByRole('button', { name: 'Leave' })).toBeVisible()
})
