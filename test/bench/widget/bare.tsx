import { lazy, Suspense, useState } from 'react'
import { createRoot } from 'react-dom/client'

const load = () => import('./BareForm.tsx')
const BareForm = lazy(load)

/** Opens the bare form as our button opens ours: downloaded when somebody comes near. */
function Page() {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button type="button" onPointerEnter={() => void load()} onClick={() => setOpen(true)}>
        Add debit card
      </button>
      {isOpen && (
        <dialog open>
          <Suspense fallback="Loading…">
            <BareForm />
          </Suspense>
        </dialog>
      )}
    </>
  )
}

createRoot(document.querySelector('main')!).render(<Page />)
