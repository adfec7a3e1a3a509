import { render, screen } from '@testing-library/react'
import type { FunctionComponent } from 'react'
import { expect, it, vi } from 'vitest'
import { AddDebitCardButton } from '../../src/react/AddDebitCardButton.tsx'
import { createPage, findScreen } from '../support/widget.tsx'

const network = vi.hoisted(() => ({ isDown: true }))

vi.mock('../../src/react/AstraOnboarding.tsx', async (original) => {
  const { AstraOnboarding } = await original<{ AstraOnboarding: FunctionComponent }>()
  return {
    get AstraOnboarding() {
      if (network.isDown) throw new Error('The download failed')
      return AstraOnboarding
    },
  }
})

it('says that it could not be loaded, and loads it at the second try', async () => {
  const page = createPage()
  render(<AddDebitCardButton />)
  await page.user.click(screen.getByRole('button', { name: 'Add debit card' }))
  expect(await screen.findByRole('alert')).toHaveTextContent(
    'This could not be loaded. Check your connection, then try again.',
  )
  expect(page.sent).toEqual([])
  network.isDown = false
  await page.user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await findScreen('Set up instant transfers')).toBeVisible()
})
