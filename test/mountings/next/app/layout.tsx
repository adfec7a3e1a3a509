import type { ReactNode } from 'react'

/** Browsers ask for one otherwise, and are told 404. */
export const metadata = { icons: 'data:,' }

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  )
}
