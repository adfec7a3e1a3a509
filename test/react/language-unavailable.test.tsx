import { expect, it, vi } from 'vitest'
import { createPage, findScreen } from '../support/widget.tsx'

vi.mock('../../src/react/messages/es.ts', () => {
  throw new Error('The download failed')
})

it('goes on in English where Spanish cannot be downloaded', async () => {
  const { container } = createPage().show({ locale: 'es' })
  expect(await findScreen('Set up instant transfers')).toBeVisible()
  expect(container.querySelector('.astra-onboarding')).toHaveAttribute('lang', 'en')
})
