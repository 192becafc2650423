/**
 * System titles of DLMS (IEC 62056-5-3): 8 bytes, the maker's three letters (FLAG id) and what the
 * maker adds; and of the M-Bus, by which its keys are asked for: the secondary address (EN 13757-3). Which letters mean which model was learnt from real meters; it is told to people and
 * decides nothing.
 *
 * @module
 */

import { type Bytes, toHex } from '../bytes.ts'
import { readIdentity } from './mbus-address.ts'

/** No maker has these letters; a simulated meter says so with them. */
export const simulatedMaker = 'XSM'

const makers: ReadonlyMap<string, string> = new Map([
  ['ISK', 'Iskra'],
  ['LGZ', 'Landis+Gyr'],
  ['SMS', 'Siemens'],
  ['KFM', 'Kaifa'],
  ['SAG', 'Sagemcom'],
  ['KAM', 'Kamstrup'],
  ['AID', 'Aidon'],
  ['EMR', 'Energomera'],
  ['EMH', 'EMH'],
  ['ITR', 'Itron'],
  ['NES', 'NES'],
  ['ZPA', 'ZPA'],
  ['SAM', 'Siemens AMIS'],
  [simulatedMaker, 'Kilowit simulated'],
])

/** By the two letters that follow. */
const models: ReadonlyMap<string, string> = new Map([
  ['ISKit', 'AM550'],
  ['LGZgr', 'E450'],
  ['LGZgs', 'E450'],
  ['SMSgp', 'IM350'],
  ['SMSgu', 'IM350'],
  [`${simulatedMaker}it`, 'AM550'],
  [`${simulatedMaker}gs`, 'E450'],
  [`${simulatedMaker}gu`, 'IM350'],
])

function letters(system: Bytes, count: number): string {
  return String.fromCharCode(...system.subarray(0, count))
}

function isLetters(text: string): boolean {
  return /^[A-Z]{3}$/.test(text)
}

/** The three letters of the maker. */
export function systemMaker(system: Bytes): string {
  return letters(system, 3)
}

/** By three letters; the letters themselves where the maker is not known. */
export function makerName(maker: string): string {
  return makers.get(maker) ?? maker
}

export function isSimulatedSystem(system: Bytes): boolean {
  return letters(system, 3) === simulatedMaker
}

/** The id of a meter whose telegrams have no other. */
export function systemId(system: Bytes): string {
  return toHex(system).toUpperCase()
}

/** The maker and the number of an M-Bus meter, whose titles do not begin with letters. */
function secondaryName(system: Bytes): string | null {
  const { manufacturer, id } = readIdentity(system)
  if (!isLetters(manufacturer) || !/^[0-9]{8}$/.test(id)) return null
  const maker = makerName(manufacturer)
  // All meters of a kind may bear the same number, which is then none.
  return id === '00000000' ? maker : `${maker} ${id}`
}

/** `Iskra AM550`; the maker alone, or the title in hex, where no more is known. */
export function systemName(system: Bytes): string {
  const maker = makers.get(letters(system, 3))
  if (maker === undefined) {
    const isDlms = isLetters(letters(system, 3))
    return (isDlms ? null : secondaryName(system)) ?? systemId(system)
  }
  const model = models.get(letters(system, 5))
  return model === undefined ? maker : `${maker} ${model}`
}
