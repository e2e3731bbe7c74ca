'use strict';

/**
 * Print records as an aligned text table for terminals and e-mail.
 *
 * Numbers align right, text aligns left, missing values show as a dash. Columns that would make
 * the table wider than the terminal are shortened, widest first, and shortened cells end with an
 * ellipsis. Width is counted in code points rather than UTF-16 units.
 */

const MIN_WIDTH = 4;
const GAP = '  ';

const widthOf = (text) => [...text].length;

function formatCell(value) {
  if (value === null || value === undefined || value === '') return '-';
  if (typeof value === 'number' && !Number.isInteger(value)) return value.toFixed(2);
  return String(value).replace(/\s+/g, ' ');
}

function fit(text, width, alignRight) {
  const glyphs = [...text];
  const shown = glyphs.length > width ? `${glyphs.slice(0, width - 1).join('')}…` : text;
  const padding = ' '.repeat(width - widthOf(shown));
  return alignRight ? padding + shown : shown + padding;
}

/** Narrows the widest column, one step at a time, until the table fits. */
function shrink(widths, available) {
  const result = [...widths];
  const total = () => result.reduce((sum, width) => sum + width, 0);
  while (total() > available) {
    const widest = result.indexOf(Math.max(...result));
    if (result[widest] <= MIN_WIDTH) break;
    result[widest] -= 1;
  }
  return result;
}

/**
 * @param {object[]} records
 * @param {{ columns?: string[], maxWidth?: number }} [options]
 * @returns {string}
 */
function textTable(records, { columns, maxWidth = 80 } = {}) {
  const keys = columns ?? [...new Set(records.flatMap((record) => Object.keys(record)))];
  if (keys.length === 0) return '';

  const isNumeric = keys.map((key) =>
    records.every((record) => record[key] == null || typeof record[key] === 'number'),
  );
  const body = records.map((record) => keys.map((key) => formatCell(record[key])));
  const natural = keys.map((key, i) =>
    Math.max(widthOf(key), ...body.map((row) => widthOf(row[i]))),
  );
  const widths = shrink(natural, maxWidth - GAP.length * (keys.length - 1));

  const line = (cells) =>
    cells.map((cell, i) => fit(cell, widths[i], isNumeric[i])).join(GAP).trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join(GAP);
  return [line(keys), rule, ...body.map(line)].join('\n');
}

module.exports = { textTable };

if (require.main === module) {
  const stock = [
    { article: 'Watering can, zinc, with long spout', place: 'A4', pieces: 12, price: 24.5 },
    { article: 'Hose', place: 'B1', pieces: 140, price: 9 },
    { article: 'Dibber', pieces: 3, price: 7.25 },
  ];
  console.log(textTable(stock, { maxWidth: 44 }));
}
