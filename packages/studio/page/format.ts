import type { Money } from '@cached-llm/core/store';

/** Money as the command line prints it. What is not known is called unknown: 0 would be a price. */
export function money({ usd, unpriced }: Money): string {
  if (usd === undefined) return unpriced === 0 ? '–' : 'unknown';
  const isTiny = usd > 0 && usd < 0.0001;
  const text = isTiny ? '<$0.0001' : `$${usd.toFixed(usd > 0 && usd < 1 ? 4 : 2)}`;
  return unpriced === 0 ? text : `≥ ${text}`; // the price of some answers is not known
}

export const count = (value: number) => value.toLocaleString('en-US');

export const percent = (share: number | undefined) =>
  share === undefined ? '–' : `${(share * 100).toFixed(1)} %`;

const SIZES = ['B', 'kB', 'MB', 'GB'] as const;

/** A size in units of 1,000 bytes. */
export function bytes(value: number): string {
  const step = Math.min(SIZES.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  const number = value / 1_000 ** step;
  return `${step === 0 ? number : number.toPrecision(3)} ${SIZES[step]}`;
}

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
  [1, 'ms'],
] as const;

/** A duration in its largest unit, from milliseconds. */
export function duration(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return '–';
  const [size, unit] = UNITS.find(([each]) => milliseconds >= each) ?? [1, 'ms'];
  const number = milliseconds / size;
  return `${number >= 10 ? Math.round(number) : Number(number.toFixed(1))} ${unit}`;
}

export const instant = (time: number) =>
  new Date(time).toISOString().replace('T', ' ').slice(0, 19);

/** The first characters of a key, as the command line prints them. */
export const shortKey = (key: string) =>
  key
    .slice(key.lastIndexOf(':') + 1)
    .replace(/^-+/, '')
    .slice(0, 10);
