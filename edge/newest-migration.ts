/**
 * The newest migration that this code needs, by the time it was made: what `/readyz` asks the
 * database for.
 *
 * @module
 */
import journal from '../migrations/meta/_journal.json' with { type: 'json' }

export const newestMigration: number = journal.entries.at(-1)?.when ?? 0
