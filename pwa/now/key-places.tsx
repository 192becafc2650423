/**
 * Which grid operator shows the key of the customer interface where.
 *
 * @module
 */
import type { JSX } from 'preact'
import { type PlainKey, t } from '../i18n/messages.ts'

interface KeyPlace {
  readonly name: string
  readonly url: string
  readonly where: PlainKey
}

const places: readonly KeyPlace[] = [
  { name: 'Wiener Netze', url: 'https://www.wienernetze.at/smartmeter', where: 'key.place.wien' },
  { name: 'Netz Niederösterreich', url: 'https://www.netz-noe.at/', where: 'key.place.portal' },
  {
    name: 'Netz Oberösterreich',
    url: 'https://eservice.netzooe.at/',
    where: 'key.place.ooe',
  },
  { name: 'TINETZ', url: 'https://www.tinetz.at/', where: 'key.place.portal' },
  { name: 'Energienetze Steiermark', url: 'https://www.e-netze.at/', where: 'key.place.two' },
  { name: 'Innsbrucker Kommunalbetriebe', url: 'https://www.ikb.at/', where: 'key.place.ask' },
  { name: 'Salzburg Netz', url: 'https://www.salzburgnetz.at/', where: 'key.place.ask' },
  { name: 'Vorarlberg Netz', url: 'https://www.vorarlbergnetz.at/', where: 'key.place.ask' },
  { name: 'Netz Burgenland', url: 'https://netzburgenland.at/smart-meter', where: 'key.place.ask' },
  { name: 'Linz Netz', url: 'https://www.linznetz.at/', where: 'key.place.ask' },
  { name: 'KELAG, Kärnten Netz', url: 'https://www.kaerntennetz.at/', where: 'key.place.mail' },
  { name: 'Creos', url: 'https://www.creos-net.lu/', where: 'key.place.luxembourg' },
  { name: 'Luxmetering', url: 'https://www.luxmetering.lu/', where: 'key.place.luxembourg' },
  { name: 'Stoen Operator', url: 'https://www.stoen.pl/', where: 'key.place.two' },
]

export function KeyPlaces(): JSX.Element {
  return (
    <details>
      <summary>{t('key.places')}</summary>
      <ul class='places-of-keys'>
        {places.map(({ name, url, where }) => (
          <li key={name}>
            <a href={url} target='_blank' rel='noreferrer'>{name}</a>: {t(where)}
          </li>
        ))}
        <li>{t('key.place.other')}</li>
      </ul>
    </details>
  )
}
