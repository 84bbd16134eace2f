// The result for people: one line a row, figures with three significant digits.
import type { BenchRow } from './benchmark-case.js';
import type { Figure } from './figures.js';

const HEAD = ['case', 'what', 'ours', 'against', 'theirs', 'unit', 'ratio', 'target', ''];

export function benchTable(rows: readonly BenchRow[]): string {
  const cells = rows.map((row) => [
    row.case,
    row.name,
    figureText(row.ours),
    row.against,
    figureText(row.theirs),
    row.unit,
    numberText(row.ratio),
    row.target?.text ?? '',
    row.target === null ? '' : row.target.met ? 'met' : 'MISSED',
  ]);
  const notes = rows.flatMap((row) =>
    row.note === undefined ? [] : [`${row.case}, ${row.name}: ${row.note}\n`],
  );
  return `${columns([HEAD, ...cells])}${notes.length > 0 ? '\n' : ''}${notes.join('')}`;
}

/** `median (min … max)`; a limit is its number alone. */
function figureText({ median, min, max, runs }: Figure): string {
  if (runs < 2) return numberText(median);
  return `${numberText(median)} (${numberText(min)} … ${numberText(max)})`;
}

/** Three significant digits, thousands apart. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Number(value.toPrecision(3)).toLocaleString('en', { maximumSignificantDigits: 21 });
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}
