/**
 * The ports that the owner has granted and that no reader of this tab reads at.
 *
 * @module
 */
import { type Port, type Ports, sameUsb, usbOf } from '../reader/ports.ts'
import type { Readers } from './readers.ts'
import type { RememberedLines } from './remembered-lines.ts'

export interface FreePorts {
  /** Those that something is plugged in at. */
  all(): Promise<Port[]>
  /** The one that a click can mean; null where there are none or several. */
  only(): Promise<Port | null>
  isTaken(port: Port): boolean
  /** No meter was found there: the next click offers the choice. */
  failed(port: Port): void
}

export function createFreePorts(
  { ports, lines, readers }: {
    readonly ports: Ports | null
    readonly lines: Pick<RememberedLines, 'all'>
    readonly readers: Pick<Readers, 'all'>
  },
): FreePorts {
  const failed = new WeakSet<Port>()

  const isTaken = (port: Port) =>
    readers.all().some(({ line, session }) => session !== null && line?.port === port)

  async function all(): Promise<Port[]> {
    const granted = await ports?.granted() ?? []
    return granted.filter((port) => !isTaken(port) && port.connected !== false)
  }

  return {
    all,
    isTaken,

    async only() {
      const free = (await all()).filter((port) => !failed.has(port))
      const known = free.filter((port) => lines.all().some(({ usb }) => sameUsb(usb, usbOf(port))))
      const [one, another] = known.length === 0 ? free : known
      return one !== undefined && another === undefined ? one : null
    },

    failed: (port) => void failed.add(port),
  }
}
