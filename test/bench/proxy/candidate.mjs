// Runs one candidate. Arguments: its name, the origin of what stands in for Astra.
import { CANDIDATES } from './candidates.mjs'

const [name, upstream] = process.argv.slice(2)
const port = await CANDIDATES.find((candidate) => candidate.name === name).start(upstream)
process.on('message', () => process.send({ cpu: process.cpuUsage(), memory: process.memoryUsage.rss() }))
process.on('disconnect', () => process.exit())
process.send({ port })
