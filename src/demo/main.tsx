import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import 'astra-onboarding/styles.css'
import { App } from './App.tsx'
import './demo.css'

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}
