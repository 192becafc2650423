/**
 * The style sheet of Insights: light and dark, readable on a phone.
 *
 * @module
 */

export const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#16211f, #e7efec); --paper: light-dark(#fff, #121a18);
  --bar: light-dark(#1f6f5c, #63c2a8); --soft: light-dark(#eef4f1, #1d2926); }
* { box-sizing: border-box }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper) }
header, main { max-width: 62rem; margin: 0 auto; padding: 1rem }
header { font-size: .9rem } header a { font-weight: 700; color: inherit }
h1 { font-size: 1.6rem; line-height: 1.25 } h2 { font-size: 1.15rem; margin-top: 2rem }
button { font: inherit; padding: .7rem 1.2rem; border: 0; border-radius: .5rem; background: var(--bar);
  color: var(--paper); cursor: pointer; min-height: 44px }
.said { background: var(--soft); padding: 1rem; border-radius: .5rem }
.said h2 { margin-top: 0 } .broken { border-left: .4rem solid #b3261e }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1rem }
dt { font-size: .85rem } dd { margin: 0; font-size: 1.4rem; font-variant-numeric: tabular-nums }
svg { width: 100%; height: auto } svg text { font-size: 14px; fill: var(--ink) }
.hour { dominant-baseline: hanging } @media (max-width: 40rem) { svg text { font-size: 34px } }
.bar { fill: var(--bar) } .unknown { fill: url(#unknown) } .hatch { stroke: var(--ink); opacity: .4 }
nav { display: flex; justify-content: space-between } a { color: var(--bar) }
form[method=get], .row { display: flex; flex-wrap: wrap; gap: 1rem; align-items: end; margin: 1.5rem 0 }
label { display: grid; font-size: .85rem } input { font: inherit; padding: .55rem; width: 8rem; min-height: 44px }
.row label { flex: 1 1 16rem } .row input { width: 100% }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: .3rem .5rem; border-bottom: 1px solid var(--soft) }
th:first-child, td:first-child { text-align: left } .proof { margin-top: 2rem; font-size: .9rem }
`
