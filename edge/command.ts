/**
 * What the commands that look into a file have in common: how they end, and what they say where they
 * could not be used.
 *
 * @module
 */
import process from 'node:process'

/** The message says what to do. */
export class UseError extends Error {
  override readonly name = 'UseError'
}

/** Ends with the number that `main` returns, or with 2 and the message of its {@link UseError}. */
export async function runCommand(
  main: (args: readonly string[]) => Promise<number>,
): Promise<void> {
  // Whoever reads on has enough: `decode … | head`.
  process.stdout.on('error', () => process.exit())
  process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
    if (!(error instanceof UseError)) throw error
    process.stderr.write(`${error.message}\n`)
    return 2
  })
}

/** Of a file that could not be opened or read to its end. */
export function unreadable(path: string, error: unknown): UseError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no'
  return new UseError(
    code === 'EISDIR'
      ? `"${path}" is a folder: name a file in it`
      : `"${path}" cannot be read (${code}): check the name, and the right to read it`,
  )
}
