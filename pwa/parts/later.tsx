/**
 * A room, or a part of one, whose code is loaded when it is first opened.
 *
 * @module
 */
import type { ComponentType, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { RoomFailed } from './lost.tsx'

export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): (props: Props) => JSX.Element | null {
  let loaded: ComponentType<Props> | null = null
  return function Later(props) {
    const [, show] = useState(() => loaded)
    const [failed, setFailed] = useState(false)
    useEffect(() => {
      if (loaded !== null) return
      const open = async () => {
        try {
          const room = await load()
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
    return Room === null ? null : <Room {...props} />
  }
}
