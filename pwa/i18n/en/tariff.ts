/**
 * What Kilowit says of tariffs and costs, in English.
 *
 * @module
 */

export const tariff = {
  'tariffs': 'Tariffs',
  'tariffs.lead':
    'Enter the prices as they stand on your bill, tax included, and History shows what each day, month and year cost. They stay in this browser; nobody else can read them.',
  'tariffs.none': 'There is no tariff for this meter yet.',
  'tariffs.no-meter': 'Tariffs belong to a meter. Connect one first.',
  'tariffs.add': 'Add a tariff',
  'tariffs.edit': 'Edit',
  'tariffs.edit.of': 'Edit “{name}”',
  'tariffs.delete': 'Delete',
  'tariffs.delete.of': 'Delete “{name}”',
  'tariffs.delete.ask': 'Delete “{name}”?',
  'tariffs.delete.what':
    'Its prices will be gone, and the days from {from} to {until} have no cost any more. Your readings stay.',
  'tariffs.delete.open':
    'Its prices will be gone, and the days from {from} on have no cost any more. Your readings stay.',
  'tariffs.keep': 'Keep it',
  'tariffs.span': '{from} to {until}',
  'tariffs.since': 'from {from} on',
  'tariffs.price.import': '{price} per {unit} from the grid',
  'tariffs.price.used': '{price} per {unit}',
  'tariffs.price.export': '{price} per {unit} to the grid',
  'tariffs.base.month': '{price} a month',
  'tariffs.base.year': '{price} a year',
  'tariffs.window': '{days}, {from} to {to}',
  'tariffs.window.whole': '{days}, all day',
  'tariffs.days.all': 'every day',
  'tariffs.days.workdays': 'Monday to Friday',
  'tariffs.days.weekend': 'Saturday and Sunday',
  'tariffs.saved': 'Kept. Costs are reckoned anew.',

  'tariff.new': 'A new tariff',
  'tariff.name': 'Name',
  'tariff.name.note': 'As you call it, such as the supplier’s name.',
  'tariff.from': 'First day',
  'tariff.until': 'Last day, if it has one',
  'tariff.currency': 'Currency',
  'tariff.import': 'Price per {unit} from the grid',
  'tariff.used': 'Price per {unit}',
  'tariff.export': 'Paid per {unit} to the grid, if anything',
  'tariff.price.note': 'In {currency}, not in hundredths: 29.75 cents are {example}.',
  'tariff.dear.import': '1 {unit} costs {price}: is that right?',
  'tariff.dear.export': '{price} are paid for 1 {unit}: is that right?',
  'tariff.base': 'Base fee, if there is one',
  'tariff.base.per': 'Base fee per',
  'tariff.base.month': 'month',
  'tariff.base.year': 'year',
  'tariff.windows': 'Hours with prices of their own',
  'tariff.windows.note':
    'Such as the night or the weekend. Outside them the prices above hold; where two overlap, the first counts.',
  'tariff.window': 'Hours {count}',
  'tariff.window.add': 'Add hours',
  'tariff.window.remove': 'Remove hours {count}',
  'tariff.window.days': 'Days',
  'tariff.window.from': 'From',
  'tariff.window.to': 'To',
  'tariff.window.to.note': 'The same twice is the whole day.',
  'tariff.window.export.note': 'Left empty, nothing is paid in these hours.',
  'tariff.save': 'Keep this tariff',
  'tariff.cancel': 'Leave it as it was',
  'tariff.wrong': {
    one: '{count} thing is missing or wrong:',
    other: '{count} things are missing or wrong:',
  },
  'tariff.wrong.name': 'Give the tariff a name.',
  'tariff.wrong.from': 'Choose the first day.',
  'tariff.wrong.until': 'The last day lies before the first one.',
  'tariff.wrong.overlap':
    '“{name}” holds on some of these days too. Let one end before the other begins.',
  'tariff.wrong.import': 'Enter the price as a number, such as {example}.',
  'tariff.wrong.export': 'Enter what is paid as a number, such as {example}, or leave it empty.',
  'tariff.wrong.base': 'Enter the base fee as a number, such as {example}, or leave it empty.',
  'tariff.wrong.ambiguous': '“{typed}” can be read in two ways. Write {whole} or {fraction}.',
  'tariff.wrong.window': 'Hours {count}: {sentence}',
  'tariff.wrong.time': 'Hours {count}: choose whole quarter-hours.',
  'tariff.wrong.window-import': 'Hours {count}: enter the price as a number, such as {example}.',
  'tariff.wrong.window-export':
    'Hours {count}: enter what is paid as a number, such as {example}, or leave it empty.',
  'tariff.failed': 'The tariff could not be kept',

  'cost': 'Cost',
  'cost.none': 'There is no tariff for this meter yet.',
  'cost.enter': 'Enter your tariff',
  'cost.change': 'Change tariffs',
  'cost.base': 'Base fee',
  'cost.total': 'Altogether',
  'cost.nothing': 'No tariff covers these days, so no cost is told.',
  'cost.by': 'By {names}.',
  'cost.note':
    'Prices as on your bill, tax included. Each sum is rounded once, so the last cent may differ.',
  'cost.without': {
    one: '{count} day has no tariff: {energy} are not in this cost.',
    other: '{count} days have no tariff: {energy} are not in this cost.',
  },
  'cost.left-out': {
    one: 'In {count} gap the price changes, so its {energy} are not in this cost.',
    other: 'In {count} gaps the price changes, so their {energy} are not in this cost.',
  },
  'cost.outside': {
    one: '{count} gap reaches over the border and is not in this cost.',
    other: '{count} gaps reach over the border and are not in this cost.',
  },
} as const
