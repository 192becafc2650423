/**
 * What Kilowit says in English. `{name}` takes a value; a message with `one` and `other` is chosen
 * by `{count}`. Units stand after a narrow no-break space (U+202F).
 *
 * @module
 */
import { browsers } from './en/browsers.ts'
import { common } from './en/common.ts'
import { consent } from './en/consent.ts'
import { devices } from './en/devices.ts'
import { first } from './en/first.ts'
import { health } from './en/health.ts'
import { history } from './en/history.ts'
import { meterKey } from './en/meter-key.ts'
import { now } from './en/now.ts'
import { problems } from './en/problems.ts'
import { proof } from './en/proof.ts'
import { reader } from './en/reader.ts'
import { settings } from './en/settings.ts'
import { shared } from './en/shared.ts'
import { share } from './en/share.ts'
import { sharing } from './en/sharing.ts'
import { tariff } from './en/tariff.ts'

export const en = {
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
} as const
