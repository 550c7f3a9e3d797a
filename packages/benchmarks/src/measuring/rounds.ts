export interface Run {
  readonly name: string;
  run(): unknown;
}

export interface Figures {
  readonly name: string;
  /** Median microseconds a call. */
  readonly time: number;
  /** The time relative to the first run: the median of the ratios of all rounds, which does not depend on the machine's speed. */
  readonly ratio: number;
}

const ROUNDS = 31;
/** Milliseconds for each run before the first round: a function is compiled after some thousand calls. */
const WARM_UP = 1_000;

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function microseconds(calls: number, { run }: Run): Promise<number> {
  const startedAt = performance.now();
  for (let call = 0; call < calls; call += 1) await run();
  return ((performance.now() - startedAt) / calls) * 1_000;
}

async function warmUp({ run }: Run): Promise<void> {
  const end = performance.now() + WARM_UP;
  while (performance.now() < end) await run();
}

/** One round of all runs in turn, which starts with the run number `first`. */
async function round(runs: readonly Run[], first: number, calls: number) {
  const times = new Map<string, number>();
  for (let index = 0; index < runs.length; index += 1) {
    const run = runs[(first + index) % runs.length];
    if (run !== undefined) times.set(run.name, await microseconds(calls, run));
  }
  return times;
}

/** Measures all runs in turn, round by round, in one process, after a warm-up. */
export async function rounds(runs: readonly Run[], calls: number): Promise<Figures[]> {
  for (const run of runs) await warmUp(run);
  const all: ReadonlyMap<string, number>[] = [];
  for (let index = 0; index < ROUNDS; index += 1) all.push(await round(runs, index, calls));
  const of = (name = '') => all.map((times) => times.get(name) ?? Number.NaN);
  const base = of(runs[0]?.name);
  return runs.map(({ name }) => ({
    name,
    time: median(of(name)),
    ratio: median(of(name).map((time, index) => time / (base[index] ?? Number.NaN))),
  }));
}
