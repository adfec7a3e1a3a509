/** Lets requests pass, and holds one when it is told to: what a test wants to happen meanwhile, happens meanwhile. */
export interface Doorkeeper {
  pass: (request: Request) => Promise<void>
  /** `arrived`: it stands at the door; `open` lets it go on. */
  holdNext: (isMeant: (request: Request) => boolean) => { arrived: Promise<void>; open: () => void }
}

export function createDoorkeeper(): Doorkeeper {
  let held: { isMeant: (request: Request) => boolean; arrive: () => void; until: Promise<void> } | null = null
  return {
    async pass(request) {
      if (!held?.isMeant(request)) return
      const { arrive, until } = held
      held = null
      arrive()
      await until
    },
    holdNext(isMeant) {
      let arrive = () => {}
      let open = () => {}
      const arrived = new Promise<void>((resolve) => (arrive = resolve))
      const until = new Promise<void>((resolve) => (open = resolve))
      held = { isMeant, arrive, until }
      return { arrived, open }
    },
  }
}
