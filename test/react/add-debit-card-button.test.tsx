import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { AddDebitCardButton } from '../../src/react/index.ts'
import { createPage, findScreen, input } from '../support/widget.tsx'

const opener = (name = 'Add debit card') => screen.getByRole('button', { name })

async function openedDialog(): Promise<HTMLDialogElement> {
  return screen.findByRole<HTMLDialogElement>('dialog', { name: 'Add a debit card' })
}

it('reads "Add debit card" unless told otherwise', () => {
  const { rerender } = render(<AddDebitCardButton />)
  expect(opener()).toHaveAttribute('aria-haspopup', 'dialog')
  rerender(<AddDebitCardButton className="bank-button">Link a card</AddDebitCardButton>)
  expect(opener('Link a card')).toHaveClass('bank-button', { exact: true })
})

it('opens the onboarding in a modal dialog', async () => {
  const page = createPage()
  const showModal = vi.spyOn(HTMLDialogElement.prototype, 'showModal')
  render(<AddDebitCardButton />)
  await page.user.click(opener())
  const dialog = await openedDialog()
  expect(showModal).toHaveBeenCalledOnce()
  expect(await within(dialog).findByRole('heading', { name: 'Set up instant transfers' })).toBeVisible()
})

it('sends no form of the host’s that it stands in', async () => {
  const page = createPage()
  const pay = vi.fn()
  render(
    <form onSubmit={pay}>
      <AddDebitCardButton />
    </form>,
  )
  await page.user.click(opener())
  await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
  await findScreen('About you')
  await page.user.type(input('First name'), '{Enter}')
  await screen.findByRole('alert')
  expect(pay).not.toHaveBeenCalled()
})

it('asks the proxy nothing before it is opened', async () => {
  const page = createPage()
  render(<AddDebitCardButton />)
  await page.user.hover(opener())
  await page.user.tab()
  expect(opener()).toHaveFocus()
  await page.settle()
  expect(page.sent).toEqual([])
  expect(screen.queryByRole('dialog')).toBeNull()
  await page.user.keyboard('{Enter}')
  await waitFor(() => expect(page.count('GET /status')).toBe(1))
})

it('closes by its button, and starts anew when opened again', async () => {
  const page = createPage()
  render(<AddDebitCardButton />)
  await page.user.click(opener())
  await page.user.click(within(await openedDialog()).getByRole('button', { name: 'Close' }))
  expect(screen.queryByRole('dialog')).toBeNull()
  await page.user.click(opener())
  expect(await within(await openedDialog()).findByRole('button', { name: 'Continue' })).toBeVisible()
})

it('closes with the dialog, as when somebody presses Escape', async () => {
  const page = createPage()
  render(<AddDebitCardButton />)
  await page.user.click(opener())
  const dialog = await openedDialog()
  act(() => dialog.close())
  expect(screen.queryByRole('dialog')).toBeNull()
})

it('opens by itself after a redirect, and calls onComplete once', async () => {
  const page = createPage()
  await page.browser('customer-1').onboard()
  const here = `${window.location.origin}/cards`
  const { flow, startPath } = await page.openFlow('redirect', here, 'link-card')
  const query = await page.walk(startPath, ['phone', 'code', 'card approved'])
  await page.request('POST', '/flows/complete', { query })
  page.visit(`/cards?astra_flow=${flow.id}`)
  const onComplete = vi.fn()
  render(<AddDebitCardButton onComplete={onComplete} />)
  const dialog = await openedDialog()
  expect(await within(dialog).findByRole('heading', { name: 'Your card is added' })).toBeVisible()
  await page.settle()
  expect(onComplete).toHaveBeenCalledOnce()
  expect(window.location.search).toBe('')
})

it('stays closed on the return of another OAuth client', async () => {
  const page = createPage()
  page.visit('/callback?code=abc&state=xyz')
  render(<AddDebitCardButton />)
  await page.settle()
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(page.sent).toEqual([])
})

it('closes at the end by "Done", and stays closed on the next visit of the page', async () => {
  const page = createPage()
  await page.browser('customer-1').onboard()
  const { unmount } = render(<AddDebitCardButton goal="onboard" />)
  await page.user.click(opener())
  await page.user.click(await screen.findByRole('button', { name: 'Done' }))
  expect(screen.queryByRole('dialog')).toBeNull()
  unmount()
  render(<AddDebitCardButton />)
  expect(screen.queryByRole('dialog')).toBeNull()
})

it('wants a card of somebody who is onboarded', async () => {
  const page = createPage()
  await page.browser('customer-1').onboard()
  render(<AddDebitCardButton />)
  await page.user.click(opener())
  expect(await findScreen('Add a debit card')).toBeVisible()
  expect(page.sent[0]).toMatchObject({ route: 'GET /status', query: '?goal=link-card' })
})

it('says what it is doing while it is open', async () => {
  const page = createPage()
  render(<AddDebitCardButton />)
  const button = opener()
  await page.user.click(button)
  expect(button).toHaveTextContent('Adding a debit card…')
  await page.user.click(within(await openedDialog()).getByRole('button', { name: 'Close' }))
  expect(button).toHaveTextContent('Add debit card')
})

it('asks before it loses what was typed', async () => {
  const page = createPage()
  const onExit = vi.fn()
  render(<AddDebitCardButton onExit={onExit} />)
  await page.user.click(opener())
  await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
  await page.user.type(input('First name'), 'Rosa')
  await page.user.click(screen.getByRole('button', { name: 'Close' }))
  const question = screen.getByRole('alertdialog', { name: 'Close this, and lose what you have typed?' })
  await page.user.click(within(question).getByRole('button', { name: 'Keep typing' }))
  expect(screen.queryByRole('alertdialog')).toBeNull()
  expect(screen.getByRole('button', { name: 'Close' })).toHaveFocus()
  expect(input('First name')).toHaveValue('Rosa')
  expect(onExit).not.toHaveBeenCalled()
  fireEvent(screen.getByRole('dialog'), new Event('cancel', { cancelable: true }))
  await page.user.click(within(screen.getByRole('alertdialog')).getByRole('button', { name: 'Close it' }))
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(onExit).toHaveBeenCalledExactlyOnceWith({ reason: 'dismissed' })
})

it('asks no more about what was typed once the form has gone', async () => {
  const page = createPage()
  render(<AddDebitCardButton />)
  await page.user.click(opener())
  await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
  await page.user.type(input('First name'), 'Rosa')
  await page.user.click(screen.getByRole('button', { name: 'Close' }))
  expect(screen.getByRole('button', { name: 'Keep typing' })).toHaveFocus()
  await page.browser('customer-1').submit()
  page.lookAgain()
  expect(await findScreen('Confirm your phone and allow access')).toHaveFocus()
  expect(screen.queryByRole('alertdialog')).toBeNull()
})

it('gives the focus back when it is closed, also where nobody has pressed it', async () => {
  const page = createPage()
  render(<AddDebitCardButton />)
  await page.user.click(opener())
  await page.user.click(within(await openedDialog()).getByRole('button', { name: 'Close' }))
  expect(opener()).toHaveFocus()
  act(() => opener().blur())
  fireEvent.click(opener())
  await page.user.click(within(await openedDialog()).getByRole('button', { name: 'Close' }))
  expect(opener()).toHaveFocus()
})

it('leaves the focus where a host has put it when it was closed', async () => {
  const page = createPage()
  const onOpenChange = (isOpen: boolean) => !isOpen && screen.getByRole('heading', { name: 'Cards' }).focus()
  render(
    <>
      <h1 tabIndex={-1}>Cards</h1>
      <AddDebitCardButton onOpenChange={onOpenChange} />
    </>,
  )
  await page.user.click(opener())
  await page.user.click(within(await openedDialog()).getByRole('button', { name: 'Close' }))
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(screen.getByRole('heading', { name: 'Cards' })).toHaveFocus()
})

it('gives the focus back when the host closes it', async () => {
  const page = createPage()
  const { rerender } = render(<AddDebitCardButton open={false} />)
  expect(document.body).toHaveFocus()
  rerender(<AddDebitCardButton open />)
  await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
  rerender(<AddDebitCardButton open={false} />)
  expect(opener()).toHaveFocus()
})

it('hands its props on to the onboarding', async () => {
  const page = createPage()
  render(<AddDebitCardButton defaultValues={{ firstName: 'Rosa' }} />)
  await page.user.click(opener())
  await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
  expect(await screen.findByRole('textbox', { name: 'First name' })).toHaveValue('Rosa')
})
