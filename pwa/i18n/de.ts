/**
 * What Kilowit says in German, in the informal *du*.
 *
 * @module
 */
import type { Catalogue } from './catalogue.ts'
import { browsers } from './de/browsers.ts'
import { common } from './de/common.ts'
import { consent } from './de/consent.ts'
import { devices } from './de/devices.ts'
import { first } from './de/first.ts'
import { health } from './de/health.ts'
import { history } from './de/history.ts'
import { meterKey } from './de/meter-key.ts'
import { now } from './de/now.ts'
import { problems } from './de/problems.ts'
import { proof } from './de/proof.ts'
import { reader } from './de/reader.ts'
import { settings } from './de/settings.ts'
import { shared } from './de/shared.ts'
import { share } from './de/share.ts'
import { sharing } from './de/sharing.ts'
import { tariff } from './de/tariff.ts'

export const de: Catalogue = {
  ...first,
  ...common,
  ...now,
  ...reader,
  ...meterKey,
  ...history,
  ...proof,
  ...settings,
  ...browsers,
  ...devices,
  ...health,
  ...share,
  ...shared,
  ...sharing,
  ...consent,
  ...tariff,
  ...problems,
}
