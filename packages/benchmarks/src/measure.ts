/** Two ways to the same thing. */
export interface Pair {
  readonly ours: () => Promise<unknown>;
  readonly raw: () => unknown;
}

export interface Figures {
  /** Median microseconds a call. */
  readonly ours: number;
  readonly raw: number;
  /** Median of the rounds' own ratios: what a machine that slows down meanwhile does not change. */
  readonly ratio: number;
}

const ROUNDS = 15;

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function microseconds(calls: number, call: () => unknown): Promise<number> {
  const startedAt = performance.now();
  for (let index = 0; index < calls; index += 1) await call();
  return ((performance.now() - startedAt) / calls) * 1_000;
}

/** Runs both in turn, round by round, after one round that does not count. */
export async function measure({ ours, raw }: Pair, calls: number): Promise<Figures> {
  const rounds: { ours: number; raw: number }[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    rounds.push({ ours: await microseconds(calls, ours), raw: await microseconds(calls, raw) });
  }
  const counted = rounds.slice(1);
  return {
    ours: median(counted.map((round) => round.ours)),
    raw: median(counted.map((round) => round.raw)),
    ratio: median(counted.map((round) => round.ours / round.raw)),
  };
}
