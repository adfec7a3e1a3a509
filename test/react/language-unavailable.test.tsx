import { render } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { AstraOnboarding } from '../../src/react/index.ts'
import { createPage, findScreen } from '../support/widget.tsx'

it('goes on in English where Spanish cannot be downloaded', async () => {
  vi.doMock('../../src/react/messages/es.ts', () => {
    throw new Error('The download failed')
  })
  createPage()
  // In StrictMode the file is asked for twice, and the second time it is no longer the broken one.
  const { container } = render(<AstraOnboarding locale="es" />, { reactStrictMode: false })
  expect(await findScreen('Set up instant transfers')).toBeVisible()
  expect(container.querySelector('.astra-onboarding')).toHaveAttribute('lang', 'en')
})
