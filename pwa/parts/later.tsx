/**
 * A room whose code is loaded when it is first opened.
 *
 * @module
 */
import type { ComponentType, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { RoomFailed } from './lost.tsx'

export function later(load: () => Promise<ComponentType>): () => JSX.Element | null {
  let loaded: ComponentType | null = null
  return function Later() {
    const [, show] = useState(loaded)
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
    return Room === null ? null : <Room />
  }
}
