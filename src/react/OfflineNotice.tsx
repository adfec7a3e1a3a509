'use client'
import { useClassName, useSettings } from './settings.ts'
import { useOffline } from './window-facts.ts'

/** Says that the connection is gone, for as long as it is. The region is always there, so that it is read out. */
export function OfflineNotice() {
  const { messages } = useSettings()
  const className = useClassName()
  const isOffline = useOffline()
  return (
    <div aria-live="polite">
      {isOffline && <p className={className('notice', 'astra-offline')}>{messages.offlineNotice}</p>}
    </div>
  )
}
