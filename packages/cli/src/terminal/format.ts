import type { Money } from '@cached-llm/core/store';

const DURATIONS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;
const SIZES = [
  ['GB', 1e9],
  ['MB', 1e6],
  ['KB', 1e3],
] as const;

/** One decimal at most, and none from 100 on. */
function short(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toFixed(1)));
}

/** Milliseconds in the largest unit that fits: `90ms`, `1.2s`, `3h`. */
export function formatDuration(milliseconds: number): string {
  const size = Math.abs(milliseconds);
  const [unit, factor] = DURATIONS.find((each) => size >= each[1]) ?? ['ms', 1];
  return `${short(milliseconds / factor)}${unit}`;
}

/** Milliseconds that were measured, down to a microsecond: `933µs`, `3.3ms`. */
export function formatLatency(milliseconds: number): string {
  if (milliseconds >= 1_000) return formatDuration(milliseconds);
  return milliseconds >= 1 ? `${short(milliseconds)}ms` : `${Math.round(milliseconds * 1_000)}µs`;
}

export function formatBytes(bytes: number): string {
  const [unit, factor] = SIZES.find((each) => bytes >= each[1]) ?? ['B', 1];
  return `${short(bytes / factor)} ${unit}`;
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** A share between 0 and 1: `92.3 %`. */
export function formatPercent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** A count and what it counts: `1 entry`, `2 entries`. */
export function formatQuantity(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** What is not known is called unknown: 0 would be a price. */
export function formatMoney({ usd, unpriced }: Money): string {
  if (usd === undefined) return unpriced === 0 ? '-' : 'unknown';
  const isTiny = usd > 0 && usd < 0.0001;
  const text = isTiny ? '<$0.0001' : `$${usd.toFixed(usd > 0 && usd < 1 ? 4 : 2)}`;
  return unpriced === 0 ? text : `≥ ${text}`; // the price of some answers is not known
}
