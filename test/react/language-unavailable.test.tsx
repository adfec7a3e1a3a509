import { expect, it, vi } from 'vitest'
import { createPage, findScreen } from '../support/widget.tsx'

it('goes on in English where Spanish cannot be downloaded', async () => {
  vi.doMock('../../src/react/messages/es.ts', () => {
    throw new Error('The download failed')
  })
  const { container } = createPage().show({ locale: 'es' })
  expect(await findScreen('Set up instant transfers')).toBeVisible()
  expect(container.querySelector('.astra-onboarding')).toHaveAttribute('lang', 'en')
})
