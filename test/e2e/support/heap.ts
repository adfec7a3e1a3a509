import type { Page } from '@playwright/test'

/** Rows of numbers, as V8 writes them; `meta` names their columns. */
interface Snapshot {
  snapshot: {
    meta: { node_fields: string[]; edge_fields: string[]; edge_types: [string[], ...unknown[]] }
  }
  nodes: number[]
  edges: number[]
  strings: string[]
}

/** A text that lives in a page's memory, and what keeps it there, from the root on. */
export interface HeldText {
  text: string
  path: string
}

/**
 * What matches among all that JavaScript holds on a page, Playwright's own part included, and the names of DOM nodes. The
 * parts of a text that V8 has not joined yet are texts of their own. Longer ones are cut off after 1024 characters.
 */
export async function findInHeap(page: Page, pattern: RegExp): Promise<HeldText[]> {
  const { snapshot, nodes, edges, strings } = await takeSnapshot(page)
  const { node_fields, edge_fields, edge_types } = snapshot.meta
  const text = (node: number) =>
    strings[nodes[node * node_fields.length + node_fields.indexOf('name')] ?? -1] ?? ''
  const found = Array.from({ length: nodes.length / node_fields.length }, (_, node) => node).filter((node) =>
    pattern.test(text(node)),
  )
  if (found.length === 0) return []

  const edgesBefore = [0]
  for (let at = node_fields.indexOf('edge_count'); at < nodes.length; at += node_fields.length)
    edgesBefore.push((edgesBefore.at(-1) ?? 0) + (nodes[at] ?? 0))
  const cameFrom = new Map([[0, { node: -1, by: '' }]])
  // A map is gone through in the order in which it was filled: the shortest way to every node comes first.
  for (const node of cameFrom.keys()) {
    for (let edge = edgesBefore[node] ?? 0; edge < (edgesBefore[node + 1] ?? 0); edge++) {
      const [type = 0, name = 0, to = 0] = edges.slice(
        edge * edge_fields.length,
        (edge + 1) * edge_fields.length,
      )
      const kind = edge_types[0][type]
      const target = to / node_fields.length
      if (kind === 'weak' || cameFrom.has(target)) continue
      cameFrom.set(target, {
        node,
        by: kind === 'element' || kind === 'hidden' ? `[${name}]` : (strings[name] ?? ''),
      })
    }
  }
  const pathTo = (node: number): string => {
    const way = cameFrom.get(node)
    if (!way || way.node < 0) return ''
    return `${pathTo(way.node)} .${way.by} ${text(node).slice(0, 60)}\n`
  }
  return found.map((node) => ({ text: text(node), path: pathTo(node) }))
}

async function takeSnapshot(page: Page): Promise<Snapshot> {
  const session = await page.context().newCDPSession(page)
  const chunks: string[] = []
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk))
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.takeHeapSnapshot')
  await session.detach()
  return JSON.parse(chunks.join('')) as Snapshot
}
