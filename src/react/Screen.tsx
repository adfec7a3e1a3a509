'use client'
import { useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import { useSettings } from './settings.ts'

interface ScreenProps {
  title: string
  /** In front of the title, like "Step 2 of 4". */
  caption?: string | undefined
  children: ReactNode
}

/**
 * One screen. Its heading takes the focus when the screen appears in answer to what the person did, or in a dialog;
 * a page that loads with the widget on it keeps its own focus.
 */
export function Screen({ title, caption, children }: ScreenProps) {
  const { hasActed } = useSettings()
  const section = useRef<HTMLElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    const isWanted = hasActed.current || section.current?.closest('dialog')
    // An error summary inside has taken the focus already, and says more.
    if (isWanted && !section.current?.contains(document.activeElement)) heading.current?.focus()
  }, [hasActed, title])
  return (
    <section className="astra-screen" ref={section}>
      <h2 className="astra-title" ref={heading} tabIndex={-1}>
        {caption && <span className="astra-caption">{caption} </span>}
        {title}
      </h2>
      {children}
    </section>
  )
}

/** Something that went wrong or has to be known, above a screen's own text. */
export function Notice({ children }: { children: ReactNode }) {
  return (
    <div className="astra-notice" role="alert">
      {children}
    </div>
  )
}

/** Where to get help, and the id to quote there. In a new tab: what was typed stays. */
export function SupportLine() {
  const { messages, links, reference } = useSettings()
  return (
    <p className="astra-support">
      {links.support && (
        <a className="astra-link" href={links.support} target="_blank" rel="noreferrer">
          {messages.support}
        </a>
      )}
      {reference && <span>{messages.reference(reference)}</span>}
    </p>
  )
}
