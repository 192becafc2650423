/**
 * Kilowit on Deno: `deno run -A edge/deno.ts`.
 *
 * @module
 */
import { type Listen, run } from './run.ts'
import { ListenError } from './start-error.ts'

/** How long requests under way may take when the process is to stop. */
const PATIENCE = 10_000

const listen: Listen = (handler, hostname, port) => {
  try {
    const server = Deno.serve(
      { hostname, port, onListen: () => undefined },
      (request, { remoteAddr }) =>
        // The Host header is the caller's, and with it the address may be none.
        URL.canParse(request.url)
          ? handler(request, 'hostname' in remoteAddr ? remoteAddr.hostname : undefined)
          : new Response(null, { status: 400 }),
    )
    return Promise.resolve({
      close: async () => {
        // Who is not done by then is cut off when the process ends.
        let timer: ReturnType<typeof setTimeout> | undefined
        const late = new Promise<void>((resolve) => timer = setTimeout(resolve, PATIENCE))
        await Promise.race([server.shutdown(), late])
        clearTimeout(timer)
      },
    })
  } catch (error) {
    throw new ListenError(codeOf(error), hostname, port)
  }
}

function codeOf(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) return 'EADDRINUSE'
  if (error instanceof Deno.errors.AddrNotAvailable) return 'EADDRNOTAVAIL'
  if (error instanceof Deno.errors.PermissionDenied) return 'EACCES'
  return error instanceof Error ? error.message : String(error)
}

await run(listen)
