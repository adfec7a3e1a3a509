import { render, screen } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { AddDebitCardButton } from '../../src/react/AddDebitCardButton.tsx'
import { createPage, findScreen } from '../support/widget.tsx'

const PART = '../../src/react/AstraOnboarding.tsx'

it('says that it could not be loaded, and loads it at the second try', async () => {
  vi.doMock(PART, () => {
    throw new Error('The download failed')
  })
  const page = createPage()
  render(<AddDebitCardButton />)
  await page.user.click(screen.getByRole('button', { name: 'Add debit card' }))
  expect(await screen.findByRole('alert')).toHaveTextContent(
    'This could not be loaded. Check your connection, then try again.',
  )
  expect(page.sent).toEqual([])
  vi.doUnmock(PART)
  await page.user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await findScreen('Set up instant transfers')).toBeVisible()
})
