// Finds the browsers that the tests drive, or installs Debian's when this is a Debian and we are root. Run by itself it
// installs them all.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/** Each: the variable that may name its path, where it usually is, and its Debian packages. */
const BROWSERS = {
  chromium: {
    title: 'Chromium',
    variable: 'CHROMIUM',
    places: [
      '/usr/bin/chromium',
      '/usr/bin/chromium-browser',
      '/usr/bin/google-chrome',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ],
    packages: ['chromium', 'fonts-liberation'],
  },
  shell: {
    title: 'Chromium’s headless shell',
    variable: 'CHROMIUM_SHELL',
    places: ['/usr/bin/chromium-headless-shell'],
    packages: ['chromium-headless-shell'],
  },
  firefox: {
    title: 'Firefox',
    variable: 'FIREFOX',
    places: ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/Applications/Firefox.app/Contents/MacOS/firefox'],
    packages: ['firefox-esr'],
  },
  webkit: {
    title: 'WebKitGTK’s driver',
    variable: 'WEBKIT_DRIVER',
    places: ['/usr/bin/WebKitWebDriver'],
    packages: ['webkit2gtk-driver'],
  },
  minibrowser: {
    title: 'WebKitGTK’s MiniBrowser',
    variable: 'MINIBROWSER',
    places: ['x86_64', 'aarch64'].map((cpu) => `/usr/lib/${cpu}-linux-gnu/webkit2gtk-4.1/MiniBrowser`),
    packages: ['webkit2gtk-driver'],
  },
  display: {
    title: 'Xvfb, a display for WebKitGTK,',
    variable: 'XVFB_RUN',
    places: ['/usr/bin/xvfb-run'],
    packages: ['xvfb', 'xauth'],
  },
}

export function findBrowser(name) {
  const { variable, places } = BROWSERS[name]
  return [process.env[variable], ...places].find((place) => place && existsSync(place))
}

/** Their paths, in the order of the names; installs what is missing in one go. */
export function ensureBrowsers(...names) {
  const missing = () => names.filter((name) => !findBrowser(name)).map((name) => BROWSERS[name])
  const wanted = missing()
  if (wanted.length > 0 && existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) install(wanted)
  const left = missing()
  if (left.length > 0) {
    const packages = packagesOf(left).join(' ')
    throw new Error(
      [
        ...left.map(({ title, variable }) => `${title} is missing; ${variable} may name its path.`),
        `On Debian: sudo apt-get install ${packages}`,
      ].join('\n'),
    )
  }
  return names.map((name) => findBrowser(name))
}

function packagesOf(browsers) {
  return [...new Set(browsers.flatMap(({ packages }) => packages))]
}

function install(browsers) {
  console.log(`Installing ${browsers.map(({ title }) => title).join(', ')} …`)
  const apt = (...args) =>
    // Another installation may be running: wait for it.
    execFileSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-qq', ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  try {
    apt('update')
    apt('install', '-y', '--no-install-recommends', ...packagesOf(browsers))
  } catch (error) {
    console.error(`The installation failed: ${error.message}`)
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  // What cannot be had is told where it is needed; in place of the shell stands the whole browser.
  for (const names of [['shell'], ['chromium', 'firefox', 'webkit', 'minibrowser', 'display']]) {
    try {
      ensureBrowsers(...names)
    } catch {}
  }
}
