/**
 * What to run beside a simulated meter: a command for another terminal, that listens to it or asks
 * it.
 *
 * @module
 */
import { type Bytes, toHex } from '../../shared/bytes.ts'
import type { Protocol } from '../../shared/meter/telegram.ts'

export interface OnStage {
  readonly name: string
  readonly protocol: Protocol
  /** A path, or host and port. */
  readonly where: string
  readonly key?: Bytes | undefined
  readonly authenticationKey?: Bytes | undefined
  readonly zone?: string | undefined
}

/** What is said to those that answer, as printf writes it, with the pauses that it takes. */
const QUESTIONS: Record<string, string> = {
  'd0-a': `printf '/?!\\r\\n'; sleep 2`,
  'd0-b': `printf '/?!\\r\\n'; sleep 2`,
  // Acknowledged with 0: stay at 300 baud.
  'd0-c': `printf '/?!\\r\\n'; sleep 1; printf '\\006000\\r\\n'; sleep 2`,
  'd0-e': `printf '/?!\\r\\n'; sleep 1; printf '\\006000\\r\\n'; sleep 2`,
  // The answer that it waits for: to its call, and to each telegram.
  amis: `for i in 1 2 3 4 5; do sleep 1; printf '\\345'; done`,
  mbus: `printf '\\020\\173\\001\\174\\026'; sleep 1`,
}

export function besides(stage: OnStage): string[] {
  const { name, protocol, where, key, authenticationKey, zone } = stage
  const isPath = where.startsWith('/')
  const decode = [
    `npm run -s decode -- --protocol ${protocol}`,
    ...(key === undefined ? [] : [`--key ${toHex(key)}`]),
    ...(authenticationKey === undefined ? [] : [`--auth-key ${toHex(authenticationKey)}`]),
    ...(zone === undefined ? [] : [`--zone ${zone}`]),
    '-',
  ].join(' ')
  if (protocol === 'modbus') return askModbus(name, where)
  const question = QUESTIONS[name]
  // The rate of a pseudo-terminal stays what the last one set.
  const socat = isPath ? `${where},raw,echo=0` : `TCP:${where}`
  return question === undefined
    ? [
      'Listen to it for ten seconds:',
      `  ${isPath ? `timeout 10 cat ${where}` : `timeout 10 socat -u TCP:${where} -`} | ${decode}`,
    ]
    : ['Ask it:', `  (${question}) | socat -t1 - ${socat} | ${decode}`]
}

/** Volts of the three phases, of the SDM630 at unit 3. */
function askModbus(name: string, where: string): string[] {
  const port = where.slice(where.indexOf(':') + 1)
  const what = '-a 3 -t 3:float -B -1 -r 1 -c 3'
  if (name === 'modbus-tcp') return ['Ask it:', `  mbpoll -m tcp -p ${port} ${what} 127.0.0.1`]
  return where.startsWith('/')
    ? ['Ask it:', `  mbpoll -m rtu -b 9600 -P none ${what} ${where}`]
    : ['It takes RTU frames in TCP, as many converters of RS485 to Ethernet do']
}
