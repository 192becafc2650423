/**
 * The limits that an operator may set, the same on every runtime. What is not set is the server's
 * own default.
 *
 * @module
 */
import * as v from 'valibot'
import { LIMITS, type Limits, type Rate } from '../server/limits.ts'

export const wholeNumber = (least: number, most: number, fault: string) =>
  v.pipe(
    v.string(),
    v.regex(/^[0-9]{1,9}$/, fault),
    v.transform(Number),
    v.minValue(least, fault),
    v.maxValue(most, fault),
  )

const limit = (name: string, of: string) =>
  v.optional(wholeNumber(1, 1_000_000, `${name} must be ${of}: a number from 1 to 1000000`))

export const limitEntries = {
  LIMIT_NETWORK_PER_SECOND: limit(
    'LIMIT_NETWORK_PER_SECOND',
    'how many requests a second one network may send',
  ),
  LIMIT_DEVICE_PER_SECOND: limit(
    'LIMIT_DEVICE_PER_SECOND',
    'how many posts of blocks a second one device may send',
  ),
  LIMIT_IDENTITIES_PER_DAY: limit(
    'LIMIT_IDENTITIES_PER_DAY',
    'how many identities one network may register in a day',
  ),
  LIMIT_CHANNELS_PER_DAY: limit(
    'LIMIT_CHANNELS_PER_DAY',
    'how many channels one network may open in a day',
  ),
}

type LimitSettings = { readonly [Name in keyof typeof limitEntries]?: number | undefined }

export function limitsFrom(settings: LimitSettings): Partial<Limits> {
  return {
    network: faster(LIMITS.network, settings.LIMIT_NETWORK_PER_SECOND),
    device: faster(LIMITS.device, settings.LIMIT_DEVICE_PER_SECOND),
    identitiesPerDay: settings.LIMIT_IDENTITIES_PER_DAY ?? LIMITS.identitiesPerDay,
    channelsPerDay: settings.LIMIT_CHANNELS_PER_DAY ?? LIMITS.channelsPerDay,
  }
}

/** A burst grows with its rate. */
function faster(rate: Rate, perSecond: number | undefined): Rate {
  if (perSecond === undefined) return rate
  return { perSecond, burst: Math.ceil(rate.burst * perSecond / rate.perSecond) }
}
