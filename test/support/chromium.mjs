// Finds Chromium, or installs Debian's when this is a Debian and we are root.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const PLACES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

export function findChromium() {
  return PLACES.find((place) => place && existsSync(place))
}

export function ensureChromium() {
  const found = findChromium()
  if (found) return found
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0) {
    throw new Error(
      'Chromium is missing. Install it (Debian: sudo apt-get install chromium), or set CHROMIUM to its path.',
    )
  }
  console.log('Installing Chromium …')
  const apt = (...args) =>
    execFileSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  apt('update', '-qq')
  apt('install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-liberation')
  const installed = findChromium()
  if (!installed)
    throw new Error('Chromium was installed but is not where it should be. Set CHROMIUM to its path.')
  return installed
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(ensureChromium())
