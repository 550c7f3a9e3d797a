import { setTimeout as delay } from 'node:timers/promises';
import { isKnownOutage } from '../adapter/index.ts';
import { type Duration, invalidOption, showValue, toMilliseconds } from '../options/index.ts';
import { readToEnd } from '../response/index.ts';

interface Retrying {
  /** Further tries of one call. */
  readonly retries: number;
  /** Milliseconds before the first of them; twice as many before each next one. */
  readonly backOff: number;
  readonly signal?: AbortSignal | undefined;
}

const LONGEST_PAUSE = 30_000;

/** Half of it by chance, so that many that fail at once do not come back at once. */
function pauseBefore(retry: number, backOff: number): number {
  const pause = Math.min(backOff * 2 ** (retry - 1), LONGEST_PAUSE);
  return pause * (0.5 + Math.random() / 2);
}

async function isOut(call: () => Promise<void>): Promise<boolean> {
  try {
    await call();
    return false;
  } catch (error) {
    if (isKnownOutage(error)) return true;
    throw error;
  }
}

/** Calls again while the provider says that it cannot answer: a limit, an overload, a broken connection. */
async function withRetries(
  call: () => Promise<void>,
  { retries, backOff, signal }: Retrying,
): Promise<void> {
  for (let retry = 1; retry <= retries; retry += 1) {
    if (!(await isOut(call))) return;
    // What ends the wait is told by the signal itself.
    await delay(pauseBefore(retry, backOff), undefined, { signal }).catch(() => {});
    signal?.throwIfAborted();
  }
  await call();
}

export interface WarmOptions {
  /** Requests under way at once. @default 4 */
  readonly concurrency?: number | undefined;
  /** How often one request is tried again when the provider is out: 429, 5xx, a broken connection. @default 3 */
  readonly retries?: number | undefined;
  /** The wait before the first of these; twice as long before each next one, at most 30 s. @default '1s' */
  readonly backOff?: Duration | undefined;
  /** Ends the warming, and every wait, with the signal's own reason. What is stored by then stays. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: WarmReport) => void) | undefined;
}

export interface WarmReport {
  readonly done: number;
  readonly failed: number;
}

type Ask<Request> = (request: Request) => unknown;

/**
 * Calls `ask` for each request, a few at a time; one that fails does not stop the others. To go on where it was
 * stopped, warm the same requests again: what is stored is a hit.
 */
export async function warm<Request>(
  requests: Iterable<Request> | AsyncIterable<Request>,
  ask: Ask<Request>,
  options: WarmOptions = {},
): Promise<WarmReport> {
  const { concurrency = 4, signal, onProgress } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) refuse('concurrency', concurrency, 4);
  const tries = retryingOf(options);
  const report = { done: 0, failed: 0 };
  const queue = iteratorOf(requests);
  const work = async (): Promise<void> => {
    for (let next = await queue.next(); next.done !== true; next = await queue.next()) {
      signal?.throwIfAborted();
      report[await outcomeOf(ask, next.value, tries)] += 1;
      onProgress?.({ ...report });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return report;
}

function refuse(option: string, given: unknown, example: number): never {
  return invalidOption(
    option,
    `is ${showValue(given)}`,
    `Write a whole number, such as ${example}.`,
  );
}

function retryingOf({ retries = 3, backOff = '1s', signal }: WarmOptions): Retrying {
  if (!Number.isSafeInteger(retries) || retries < 0) refuse('retries', retries, 3);
  return { retries, backOff: toMilliseconds(backOff, 'backOff'), signal };
}

// A generator queues calls of next(), so that many workers may share it.
async function* iteratorOf<Request>(requests: Iterable<Request> | AsyncIterable<Request>) {
  yield* requests;
}

async function outcomeOf<Request>(
  ask: Ask<Request>,
  request: Request,
  tries: Retrying,
): Promise<keyof WarmReport> {
  try {
    await withRetries(async () => readToEnd(await ask(request)), tries);
    return 'done';
  } catch {
    tries.signal?.throwIfAborted();
    return 'failed';
  }
}
