import { toWholeNumber } from '../options/index.ts';

export interface TrialOptions {
  /** Trials under way at once. @default 4 */
  readonly concurrency?: number | undefined;
}

/**
 * Asks the same request `count` times, for an answer of its own each time: `ask` gets the number of its trial, to pass
 * it on as the option `sample`. Trial 3 has the same answer in every run, and trial 0 has that of a call without a number.
 *
 * @returns the answers, in the order of the trials
 * @throws what `ask` throws first, and {@link LlmCacheError} for a count or a concurrency below one
 */
export async function trials<Response>(
  count: number,
  ask: (sample: number) => Response,
  { concurrency }: TrialOptions = {},
): Promise<Awaited<Response>[]> {
  const samples = Array.from(
    { length: toWholeNumber(count, 'count', 1) },
    (_none, sample) => sample,
  );
  const answers: Awaited<Response>[] = [];
  const queue = samples.values();
  const work = async (): Promise<void> => {
    for (const sample of queue) answers[sample] = await ask(sample);
  };
  const workers = toWholeNumber(concurrency, 'concurrency', 4);
  await Promise.all(Array.from({ length: workers }, work));
  return answers;
}
