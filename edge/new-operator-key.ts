/**
 * `npm run -s operator-key`: prints the key of a new operator, for OPERATOR_KEY where there is no
 * disk to keep it on.
 *
 * @module
 */
import process from 'node:process'
import { newOperatorKey } from './operator-key.ts'

process.stdout.write(`${await newOperatorKey(Math.floor(Date.now() / 1000))}\n`)
