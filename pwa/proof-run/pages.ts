/**
 * What comes one by one, in pages, read while the next ones are on their way: but only so many, so
 * that a fast network does not fill the memory of whoever takes longer to look at them.
 *
 * @module
 */

/** Pages that wait to be looked at, besides the one that is coming. */
export const AHEAD = 2

export async function* inPages<From, To>(
  coming: AsyncIterable<From>,
  read: (one: From) => Promise<To>,
  size: number,
): AsyncGenerator<To[]> {
  const ready: Promise<To[]>[] = []
  let isOver = false
  // Either side waits for the other, never both at once.
  let wake: () => void = () => undefined
  const turn = () => new Promise<void>((resolve) => (wake = resolve))
  const put = async (parts: Promise<To>[]) => {
    const page = Promise.all(parts)
    page.catch(() => undefined) // told when it is waited for
    ready.push(page)
    wake()
    while (ready.length > AHEAD && !isOver) await turn()
  }
  async function fetchAll(): Promise<void> {
    let here: Promise<To>[] = []
    for await (const one of coming) {
      if (isOver) return
      here.push(read(one))
      if (here.length < size) continue
      await put(here)
      here = []
    }
    await put(here)
  }
  const fetching = fetchAll().finally(() => {
    isOver = true
    wake()
  })
  fetching.catch(() => undefined) // told at the end
  try {
    for (;;) {
      const page = ready.shift()
      if (page !== undefined) {
        wake()
        yield await page
      } else if (isOver) return await fetching
      else await turn()
    }
  } finally {
    isOver = true
    wake()
  }
}
