'use client'

/** What a screen is about, at a glance. */
export type MarkName = 'done' | 'waiting' | 'attention' | 'window' | 'phone' | 'document' | 'card'

/** Drawn on a square of 24 with lines of the text's colour. */
const LINES: Record<MarkName, string> = {
  done: 'M5 12.5l4.5 4.5L19 7.5',
  waiting: 'M12 7v5l3.5 2M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18',
  attention: 'M12 7.5v5.5M12 16.4v.1M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18',
  window: 'M14 4h6v6M20 4l-9 9M10 5H5a1 1 0 0 0-1 1v13a1 1 0 0 0 1 1h13a1 1 0 0 0 1-1v-5',
  phone: 'M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1M11 18h2',
  document: 'M4 6h16v12H4zM8 13a2 2 0 1 0 0-4 2 2 0 0 0 0 4M13 10h4M13 14h4M6 16a2 2 0 0 1 4 0',
  card: 'M4 6h16v12H4zM4 10h16M7 15h3',
}

/** Says nothing that the title does not say, so it is silent. */
export function Mark({ name }: { name: MarkName }) {
  return (
    <svg className="astra-mark" viewBox="0 0 24 24" aria-hidden="true">
      <path d={LINES[name]} />
    </svg>
  )
}
