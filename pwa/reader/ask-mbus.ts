/**
 * Asks the meters of an M-Bus (EN 13757-2 and -3): one alone by the address to which every meter
 * answers; several by their secondary addresses, or where they have none, by their primary ones.
 *
 * @module
 */
import type { Bytes } from '../../shared/bytes.ts'
import type { AskedLine, LineSettings } from '../../shared/meter/line.ts'
import type { MBusIdentity } from '../../shared/meter/mbus-address.ts'
import {
  createMBusMaster,
  type MBusAnswer,
  type MBusMaster,
  type MBusMasterOptions,
} from '../../shared/meter/mbus-master.ts'
import type { DecoderOptions, Outcome } from '../../shared/meter/telegram.ts'
import { type Asker, type Conversation, together } from './asker.ts'

/** As delivered, then what some are set to. */
export const mbusLines: readonly LineSettings[] = [2400, 300, 9600].map((baudRate) => {
  return { baudRate, dataBits: 8, parity: 'even', stopBits: 1 }
})

type Options = DecoderOptions & Pick<MBusMasterOptions, 'latency'>

type Station = (master: MBusMaster) => Promise<MBusAnswer>

/** To which every meter answers. */
const everybody = 254
const mostStations = 32
/** More than a bus of so many meters needs; on a line of noise a search would not end. */
const mostRequests = 2000
/** Milliseconds: most whom a search asks for are not there, so it waits for less than a readout. */
const searchLatency = 80
const electricity = 0x02

class TooLong extends Error {}

function bounded(line: AskedLine): AskedLine {
  let requests = 0
  return {
    async write(bytes: Bytes) {
      if (++requests > mostRequests) throw new TooLong('The search of the bus does not end')
      await line.write(bytes)
    },
    read: async (milliseconds) => await line.read(milliseconds),
  }
}

/** The electricity meter is the main one; otherwise always the same. */
function mainFirst(one: MBusIdentity, other: MBusIdentity): number {
  const rank = ({ medium, id }: MBusIdentity) => `${medium === electricity ? 0 : 1}${id}`
  return rank(one) < rank(other) ? -1 : 1
}

async function search(master: MBusMaster): Promise<Station[]> {
  const found: MBusIdentity[] = []
  try {
    await master.search((one) => found.push(one))
    if (found.length === 0) {
      const addresses = await master.scan()
      return addresses.map((address) => async (asking) => await asking.read(address))
    }
  } catch (error) {
    if (!(error instanceof TooLong)) throw error
  }
  return [...found].sort(mainFirst).map((one) => async (asking) => await asking.readSelected(one))
}

function outcomeOf(answer: MBusAnswer): Outcome {
  if (answer.kind === 'telegram') return answer
  const nothing = { kind: 'refused', offset: 0, length: 0 } as const
  if (answer.kind === 'silent') return { ...nothing, reason: 'no-answer' }
  if (answer.kind === 'garbled') return { ...nothing, reason: 'line-check-failed' }
  return { ...nothing, ...answer }
}

export const mbus: Asker = {
  // Meters with a battery answer for years only where they are not asked all the time.
  pause: 60_000,

  async find({ line, decoding, zoneOf }, known): Promise<Conversation | null> {
    const masterOf = (at: AskedLine, { baudRate }: LineSettings, options: Options) =>
      createMBusMaster(at, { ...options, baudRate, ticks: () => performance.now() })

    for (const settings of known === null ? mbusLines : [known.settings]) {
      await line.open(settings)
      const alone = await masterOf(line, settings, decoding).read(everybody)
      if (alone.kind === 'silent') continue
      const stations = alone.kind === 'garbled'
        ? await search(masterOf(bounded(line), settings, { ...decoding, latency: searchLatency }))
        : [async (asking: MBusMaster) => await asking.read(everybody)]
      if (stations.length === 0) continue
      let main: string | null = null
      const ask = async (): Promise<readonly Outcome[]> => {
        const zone = main === null ? null : zoneOf(main)
        const master = masterOf(line, settings, zone === null ? decoding : { ...decoding, zone })
        const answers: Outcome[] = []
        for (const station of stations.slice(0, mostStations)) {
          answers.push(outcomeOf(await station(master)))
        }
        const told = together(answers)
        const [first] = told
        if (first?.kind === 'telegram') {
          const isNew = main === null
          main = first.telegram.readings[0].meter
          // Its clock is known to be in another zone: now that its name is known, once more.
          if (isNew && (zoneOf(main) ?? decoding.zone) !== decoding.zone) return await ask()
        }
        return told
      }
      return { answering: () => ({ settings }), ask }
    }
    return null
  },
}
