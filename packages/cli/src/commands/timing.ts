/** How long many things took, each; in milliseconds. */
export interface Timing {
  readonly total: number;
  readonly average: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly perSecond: number;
}

/** Nearest rank: a time that was really taken. */
function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

function summed(times: Float64Array, total: number): Timing {
  const sorted = times.toSorted();
  return {
    total,
    average: times.reduce((sum, time) => sum + time, 0) / times.length,
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
    perSecond: (times.length / total) * 1000,
  };
}

/** Does a thing many times, `width` at once. */
export async function timed(
  requests: number,
  width: number,
  work: (index: number) => Promise<unknown>,
): Promise<Timing> {
  const times = new Float64Array(requests);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < requests; index = next++) {
      const startedAt = performance.now();
      await work(index);
      times[index] = performance.now() - startedAt;
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: width }, worker));
  return summed(times, performance.now() - startedAt);
}
