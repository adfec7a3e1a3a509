'use client'
import { useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import { useSettings } from './settings.ts'

interface ScreenProps {
  title: string
  /** Above the title, like "Step 2 of 4". */
  caption?: string
  /** Announced without taking the focus: the person has done nothing to get here. */
  quiet?: boolean
  children: ReactNode
}

/** One screen: its heading takes the focus when it appears in answer to a click. */
export function Screen({ title, caption, quiet = false, children }: ScreenProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (!quiet) heading.current?.focus({ preventScroll: false })
  }, [quiet, title])
  return (
    <section className="astra-screen">
      {caption && <p className="astra-caption">{caption}</p>}
      <h2 className="astra-title" ref={heading} tabIndex={-1}>
        {title}
      </h2>
      {children}
    </section>
  )
}

/** Where to get help, and the id to quote there. */
export function SupportLine() {
  const { messages, links, reference } = useSettings()
  return (
    <p className="astra-support">
      {links.support && (
        <a className="astra-link" href={links.support}>
          {messages.support}
        </a>
      )}
      {reference && <span>{messages.reference(reference)}</span>}
    </p>
  )
}
