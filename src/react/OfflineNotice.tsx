'use client'
import { useSyncExternalStore } from 'react'
import { useSettings } from './settings.ts'

/** Says that the connection is gone, for as long as it is. The region is always there, so that it is read out. */
export function OfflineNotice() {
  const { messages } = useSettings()
  const isOnline = useSyncExternalStore(
    subscribe,
    () => navigator.onLine,
    () => true,
  )
  return (
    <div role="status">{!isOnline && <p className="astra-notice astra-offline">{messages.offline}</p>}</div>
  )
}

function subscribe(notify: () => void): () => void {
  window.addEventListener('online', notify)
  window.addEventListener('offline', notify)
  return () => {
    window.removeEventListener('online', notify)
    window.removeEventListener('offline', notify)
  }
}
