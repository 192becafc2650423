/**
 * The zone of this browser as a channel takes it, which is by name.
 *
 * @module
 */

/** A zone that the computer knows by its offset alone, or not at all, is UTC. */
export function browserZone(
  timeZone: string = Intl.DateTimeFormat().resolvedOptions().timeZone,
): string {
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone
    // A computer whose zone has no name is told by its offset, which no channel takes.
    return /^[A-Z]/i.test(known) ? known : 'UTC'
  } catch {
    return 'UTC'
  }
}
