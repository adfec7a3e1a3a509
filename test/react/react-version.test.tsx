import { render } from '@testing-library/react'
import { version } from 'react'
import { version as versionOfDom } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { expect, it } from 'vitest'

it('has one React, of the version that this project is for', (context) => {
  const wanted = context.task.file.projectName === 'react-18' ? '18' : '19'
  expect([version, versionOfDom].map((text) => text.split('.')[0])).toEqual([wanted, wanted])
  const { container } = render(<p>{version}</p>)
  expect(container).toHaveTextContent(version)
  expect(createRoot).toBeTypeOf('function')
})
