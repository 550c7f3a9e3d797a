const DAY = 86_400_000;
const SPANS = [
  ['d', DAY],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;
const SIZES = [
  ['GB', 1e9],
  ['MB', 1e6],
  ['KB', 1e3],
] as const;

/** Three digits at the most, and no more places than tell something. */
function short(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toFixed(1)));
}

/** A span of time, as people say it: `90ms`, `1.2s`, `3h`. */
export function shownSpan(milliseconds: number): string {
  const size = Math.abs(milliseconds);
  const [unit, factor] = SPANS.find((each) => size >= each[1]) ?? ['ms', 1];
  return `${short(milliseconds / factor)}${unit}`;
}

export function shownSize(bytes: number): string {
  const [unit, factor] = SIZES.find((each) => bytes >= each[1]) ?? ['B', 1];
  return `${short(bytes / factor)} ${unit}`;
}

export function shownCount(count: number): string {
  return count.toLocaleString('en-US');
}

export function shownShare(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** One thing, many things. */
export function shownThings(count: number, one: string, many = `${one}s`): string {
  return `${shownCount(count)} ${count === 1 ? one : many}`;
}

/** A time that was measured, down to a microsecond. */
export function shownTime(milliseconds: number): string {
  if (milliseconds >= 1_000) return shownSpan(milliseconds);
  return milliseconds >= 1 ? `${short(milliseconds)}ms` : `${Math.round(milliseconds * 1_000)}µs`;
}
