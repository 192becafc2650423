/**
 * The report, shown before it is copied or saved; nothing sends it.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { utf8 } from '../../shared/bytes.ts'
import { t } from '../i18n/messages.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { download } from '../parts/download.ts'
import { Scroll } from '../parts/scroll.tsx'
import { type Facts, known } from './facts.ts'
import { makeReport } from './report.ts'

function Made({ report }: { report: string }): JSX.Element {
  const [copied, setCopied] = useState(false)
  return (
    <>
      <Scroll name={t('health.report.text')}>
        <pre>{report}</pre>
      </Scroll>
      <div class='ways'>
        <ActionButton
          look='primary'
          run={async () => {
            await navigator.clipboard.writeText(report)
            setCopied(true)
          }}
        >
          {copied ? t('do.copied') : t('health.report.copy')}
        </ActionButton>
        <ActionButton run={async () => download('kilowit-report.json', utf8(report))}>
          {t('health.report.save')}
        </ActionButton>
      </div>
    </>
  )
}

export function Report({ facts }: { facts: Facts }): JSX.Element {
  const [report, setReport] = useState<string | null>(null)
  return (
    <section>
      <h2>{t('health.report')}</h2>
      <p>{t('health.report.note')}</p>
      {report === null ? null : <Made key={report} report={report} />}
      <p>
        <ActionButton run={async () => setReport(makeReport(known(facts)))}>
          {t(report === null ? 'health.report.make' : 'health.report.again')}
        </ActionButton>
      </p>
    </section>
  )
}
