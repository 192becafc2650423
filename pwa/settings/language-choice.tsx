/**
 * The language, as the browser's or as chosen.
 *
 * @module
 */
import type { JSX } from 'preact'
import {
  browserLanguage,
  chooseLanguage,
  chosenLanguage,
  type Language,
  languages,
  t,
} from '../i18n/messages.ts'

/** Each language in its own words. */
const names: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' }

export function LanguageChoice(): JSX.Element {
  return (
    <select
      aria-label={t('settings.language')}
      value={chosenLanguage.value ?? ''}
      onChange={(event) => {
        const { value } = event.currentTarget
        void chooseLanguage(languages.find((language) => language === value) ?? null)
      }}
    >
      <option value=''>
        {t('settings.language.auto', { language: names[browserLanguage()] })}
      </option>
      {languages.map((language) => (
        <option key={language} value={language} lang={language}>{names[language]}</option>
      ))}
    </select>
  )
}
