/** Everything that a page can leave in its browser, as one text. Runs in the page. */
export async function browserStorage(): Promise<string> {
  const databases = await indexedDB.databases()
  const cached = (
    await Promise.all(
      (await caches.keys()).map(async (name) =>
        (await (await caches.open(name)).keys()).map((request) => request.url),
      ),
    )
  ).flat()
  return JSON.stringify([
    { ...localStorage },
    { ...sessionStorage },
    document.cookie,
    window.name,
    history.state,
    databases,
    cached,
  ])
}
