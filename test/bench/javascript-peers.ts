/**
 * What npm has for telegrams of meters, each behind one call that takes a telegram and throws where
 * it was not read.
 *
 * @module
 */
import { peer } from './peers.ts'

export type ReadTelegram = (telegram: Buffer) => void

/** With so many lines of a protocol told that the telegram was read. */
type Done = (error: unknown, result: object | null) => void

export function createDsmrParser(): (telegram: Buffer) => void {
  const parser: { parse: (text: string) => { objects?: object } } = peer('dsmr-parser', '2.1.1')
    .require('dsmr-parser') // as its README says
  return (telegram) => {
    if (parser.parse(telegram.toString('latin1')).objects === undefined) {
      throw new Error('dsmr-parser did not read a telegram')
    }
  }
}

interface D0 {
  checkMessage(message: Buffer): unknown
  handleMessage(message: Buffer): Buffer
}

/**
 * P1 and D0 by its parser alone, as its transports call it, without files, ports and time in
 * between.
 */
export function createSmartmeterObisD0(): (telegram: Buffer) => void {
  const D0Protocol: new (options: object, done: Done) => D0 = peer('smartmeter-obis', '4.0.0')
    .require('smartmeter-obis/lib/protocols/D0Protocol.js')
  const options = { debug: 0, transportSerialBaudrate: 115_200, obisFallbackMedium: 1 }
  return (telegram) => {
    let found = 0
    const protocol = new D0Protocol(options, (_, result) => {
      found = Object.keys(result ?? {}).length
    })
    protocol.checkMessage(telegram)
    const data = protocol.handleMessage(telegram)
    protocol.checkMessage(data)
    protocol.handleMessage(data)
    if (found < 10) throw new Error('smartmeter-obis did not read a telegram')
  }
}

export function createSmartmeterObisSml(): (telegram: Buffer) => void {
  interface Sml {
    handleMessage(telegram: Buffer): unknown
  }
  const SmlProtocol: new (options: object, done: Done) => Sml = peer('smartmeter-obis', '4.0.0')
    .require('smartmeter-obis/lib/protocols/SmlProtocol.js')
  let found = 0
  const protocol = new SmlProtocol({ debug: 0 }, (_, result) => {
    found = Object.keys(result ?? {}).length
  })
  return (telegram) => {
    found = 0
    protocol.handleMessage(telegram)
    if (found < 10) throw new Error('smartmeter-obis did not read a telegram')
  }
}

interface Jsmodbus {
  handleData(data: Buffer): void
  shift(): JsmodbusResponse | undefined
}

interface JsmodbusResponse {
  readonly crc: number
}

/** Answers in a row, each handed to it as its serial client does, with the check that it makes. */
export function createJsmodbus(): ReadTelegram {
  const { require } = peer('jsmodbus', '5.0.0')
  const { default: Handler }: { default: new () => Jsmodbus } = require(
    'jsmodbus/dist/rtu-client-response-handler.js',
  )
  const { crc16modbus }: { crc16modbus: (bytes: Buffer) => number } = require('crc')
  const handler = new Handler()
  return (telegram) => {
    for (let at = 0; at < telegram.length;) {
      const answer = telegram.subarray(at, at + (telegram[at + 2] ?? 0) + 5)
      at += answer.length
      handler.handleData(answer)
      const response = handler.shift()
      if (response === undefined || crc16modbus(answer.subarray(0, -2)) !== response.crc) {
        throw new Error('jsmodbus did not read an answer')
      }
    }
  }
}
