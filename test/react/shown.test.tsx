import { act, render, screen, waitFor, within } from '@testing-library/react'
import { useState } from 'react'
import { expect, it, vi } from 'vitest'
import { AddDebitCardButton, AstraOnboarding, refreshAstraStatus } from '../../src/react/index.ts'
import type { AddDebitCardButtonProps, AstraOnboardingProps } from '../../src/react/index.ts'
import { stubChannels } from '../support/channels.ts'
import { createPage, findScreen, stopTime, theScreen } from '../support/widget.tsx'
import type { Page } from '../support/widget.tsx'

const DAY = 24 * 60 * 60 * 1000

/** A host that keeps in its own state whether the onboarding is open. */
function Host({ told, ...props }: AstraOnboardingProps & { told: (open: boolean) => void }) {
  const [open, setOpen] = useState(false)
  const onOpenChange = (next: boolean) => {
    told(next)
    setOpen(next)
  }
  return <AstraOnboarding {...props} open={open} onOpenChange={onOpenChange} />
}

async function renew(page: Page): Promise<void> {
  await page.user.click(screen.getByRole('button', { name: 'Continue to Astra' }))
  await findScreen('Finish in the other window')
  await page.finishPopup()
  page.lookAgain()
  await findScreen('All set')
}

it('shows nothing while the host says `open={false}`, and says that it wants to be shown', async () => {
  const page = createPage()
  await page.browser('customer-1').onboard()
  page.advance(11 * DAY)
  const onOpenChange = vi.fn()
  const { container, rerender } = page.show({ launch: 'auto', open: false, onOpenChange })
  await waitFor(() => expect(onOpenChange).toHaveBeenCalledExactlyOnceWith(true))
  await page.settle()
  expect(container).toBeEmptyDOMElement()
  rerender(<AstraOnboarding launch="auto" open onOpenChange={onOpenChange} />)
  expect(await findScreen('Confirm once more')).toBeVisible()
})

it('shows to a newcomer with `open`, although `launch="auto"` would not', async () => {
  createPage().show({ launch: 'auto', open: true, onOpenChange: () => {} })
  expect(await findScreen('Set up instant transfers')).toBeVisible()
})

it('shows by itself, hides when the person is done, and shows again when it is due again', async () => {
  const page = createPage()
  await page.browser('customer-1').onboard()
  page.advance(11 * DAY)
  const told = vi.fn()
  const onExit = vi.fn()
  const { container } = render(<Host launch="auto" told={told} onExit={onExit} />)
  await findScreen('Confirm once more')
  await renew(page)
  await page.user.click(screen.getByRole('button', { name: 'Done' }))
  expect(container).toBeEmptyDOMElement()
  expect(onExit).toHaveBeenCalledExactlyOnceWith({ reason: 'completed' })
  page.advance(11 * DAY)
  page.lookAgain()
  expect(await findScreen('Confirm once more')).toBeVisible()
  expect(told.mock.calls).toEqual([[true], [false], [true]])
})

it('hides when the person is done also where the host only listens', async () => {
  const page = createPage()
  await page.browser('customer-1').onboard()
  page.advance(11 * DAY)
  const { container } = page.show({ launch: 'auto', onExit: () => {} })
  await findScreen('Confirm once more')
  await renew(page)
  await page.user.click(screen.getByRole('button', { name: 'Done' }))
  expect(container).toBeEmptyDOMElement()
})

it('appears within a minute after the authorization has ended while the page is open', async () => {
  const page = createPage()
  await page.browser('customer-1').onboard()
  stopTime()
  const { container } = page.show({ launch: 'auto' })
  await page.settle()
  page.advance(11 * DAY)
  await page.pass(59_000)
  expect(container).toBeEmptyDOMElement()
  await page.pass(1_000)
  expect(theScreen('Confirm once more')).toBeVisible()
})

it('appears at once when the page has learnt of the end and calls refreshAstraStatus', async () => {
  stubChannels()
  const page = createPage()
  await page.browser('customer-1').onboard()
  const { container } = page.show({ launch: 'auto' })
  await waitFor(() => expect(page.count('GET /status')).toBe(1))
  await page.settle()
  expect(container).toBeEmptyDOMElement()
  page.advance(11 * DAY)
  act(refreshAstraStatus)
  expect(await findScreen('Confirm once more')).toBeVisible()
})

const opener = () => screen.getByRole('button', { name: 'Add debit card' })

it('leaves it to the host whether the dialog opens', async () => {
  const page = createPage()
  const onOpenChange = vi.fn()
  const props: AddDebitCardButtonProps = { onOpenChange, open: false }
  const { rerender } = render(<AddDebitCardButton {...props} />)
  await page.user.click(opener())
  expect(onOpenChange).toHaveBeenCalledExactlyOnceWith(true)
  expect(screen.queryByRole('dialog')).toBeNull()
  rerender(<AddDebitCardButton {...props} open />)
  const dialog = await screen.findByRole<HTMLDialogElement>('dialog')
  await page.user.click(within(dialog).getByRole('button', { name: 'Close' }))
  expect(onOpenChange).toHaveBeenLastCalledWith(false)
  rerender(<AddDebitCardButton {...props} open={false} />)
  expect(screen.queryByRole('dialog')).toBeNull()
})

it('tells a host that only listens when its dialog opens and closes', async () => {
  const page = createPage()
  const onOpenChange = vi.fn()
  render(<AddDebitCardButton onOpenChange={onOpenChange} />)
  await page.user.click(opener())
  const dialog = await screen.findByRole('dialog')
  await page.user.click(within(dialog).getByRole('button', { name: 'Close' }))
  expect(onOpenChange.mock.calls).toEqual([[true], [false]])
})

it('asks the host to open the dialog after a redirect', async () => {
  createPage().visit('/cards?astra_flow=flow1')
  const onOpenChange = vi.fn()
  render(<AddDebitCardButton open={false} onOpenChange={onOpenChange} />)
  await waitFor(() => expect(onOpenChange).toHaveBeenCalledWith(true))
  expect(screen.queryByRole('dialog')).toBeNull()
})

it('closes its dialog when the host says so', async () => {
  const page = createPage()
  const { rerender } = render(<AddDebitCardButton open onOpenChange={() => {}} />)
  await screen.findByRole('dialog')
  rerender(<AddDebitCardButton open={false} onOpenChange={() => {}} />)
  expect(screen.queryByRole('dialog')).toBeNull()
  await page.settle()
  expect(opener()).toHaveAttribute('aria-expanded', 'false')
})

it('is shown anew each time it is due where the host closes it by itself', async () => {
  const page = createPage()
  await page.browser('customer-1').onboard()
  page.advance(11 * DAY)
  const told = vi.fn()
  function Closing() {
    const [open, setOpen] = useState(false)
    const onOpenChange = (next: boolean) => {
      told(next)
      setOpen(next)
    }
    return (
      <AstraOnboarding
        launch="auto"
        open={open}
        onOpenChange={onOpenChange}
        onComplete={() => setOpen(false)}
      />
    )
  }
  const { container } = render(<Closing />)
  await findScreen('Confirm once more')
  await page.user.click(screen.getByRole('button', { name: 'Continue to Astra' }))
  await findScreen('Finish in the other window')
  await page.finishPopup()
  page.lookAgain()
  await waitFor(() => expect(container).toBeEmptyDOMElement())
  page.advance(11 * DAY)
  page.lookAgain()
  expect(await findScreen('Confirm once more')).toBeVisible()
  expect(told.mock.calls).toEqual([[true], [true]])
})
