/**
 * A room, or a part of one, whose code is loaded when it is first opened, with all the messages it
 * may have.
 *
 * @module
 */
import type { ComponentType, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { loadMessages } from '../i18n/messages.ts'
import { RoomFailed } from './lost.tsx'

/** @param Meanwhile what stands there until it is loaded */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  Meanwhile?: () => JSX.Element,
): (props: Props) => JSX.Element | null {
  let loaded: ComponentType<Props> | null = null
  return function Later(props) {
    const [, show] = useState(() => loaded)
    const [failed, setFailed] = useState(false)
    useEffect(() => {
      if (loaded !== null) return
      const open = async () => {
        try {
          const [room] = await Promise.all([load(), loadMessages()])
          loaded = room
          show(() => room)
        } catch {
          setFailed(true)
        }
      }
      void open()
    }, [])
    if (failed) return <RoomFailed />
    const Room = loaded
    if (Room !== null) return <Room {...props} />
    return Meanwhile === undefined ? null : <Meanwhile />
  }
}
