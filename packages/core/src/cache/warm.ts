import { isKnownOutage } from '../adapter/index.ts';
import {
  type Duration,
  invalidOption,
  pause,
  showValue,
  toMilliseconds,
} from '../options/index.ts';
import { readToEnd } from '../response/index.ts';

interface RetryPlan {
  /** How often one call is tried again at most. */
  readonly retries: number;
  /** Milliseconds before the first further try; the pause doubles before each next one. */
  readonly backOff: number;
  readonly signal?: AbortSignal | undefined;
}

const LONGEST_PAUSE = 30_000;

/** Half of the pause is random, so that calls that failed together are not repeated together. */
function pauseBefore(retry: number, backOff: number): number {
  const longest = Math.min(backOff * 2 ** (retry - 1), LONGEST_PAUSE);
  return longest * (0.5 + Math.random() / 2);
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

/** Repeats the call while the provider is out: a limit, an overload, a broken connection. */
async function withRetries(
  call: () => Promise<void>,
  { retries, backOff, signal }: RetryPlan,
): Promise<void> {
  for (let retry = 1; retry <= retries; retry += 1) {
    if (!(await isOut(call))) return;
    // An abort ends the pause early; its reason is thrown by the next line.
    await pause(pauseBefore(retry, backOff), { signal }).catch(() => {});
    signal?.throwIfAborted();
  }
  await call();
}

export interface WarmOptions {
  /** Requests under way at once. @default 4 */
  readonly concurrency?: number | undefined;
  /** How often one request is repeated while the provider is out: 429, 5xx, a broken connection. @default 3 */
  readonly retries?: number | undefined;
  /** The pause before the first repetition; it doubles before each next one, up to 30 s. @default '1s' */
  readonly backOff?: Duration | undefined;
  /** Ends the warming and its pauses: it rejects with the signal's reason. What is stored stays stored. @default none */
  readonly signal?: AbortSignal | undefined;
  /** Is called after each request. @default none */
  readonly onProgress?: ((progress: WarmReport) => void) | undefined;
}

/** How many requests were answered, and how many were given up. */
export interface WarmReport {
  readonly done: number;
  readonly failed: number;
}

type Ask<Request> = (request: Request) => unknown;

/**
 * Calls `ask` for each request, a few at a time. A request that fails does not stop the others. To continue after an
 * abort, warm the same requests again: those that are stored are hits.
 *
 * @throws {LlmCacheError} `INVALID_OPTION` or `INVALID_DURATION`; the reason of `signal`; and what `requests` throws
 */
export async function warm<Request>(
  requests: Iterable<Request> | AsyncIterable<Request>,
  ask: Ask<Request>,
  options: WarmOptions = {},
): Promise<WarmReport> {
  const { concurrency = 4, signal, onProgress } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) refuse('concurrency', concurrency, 4);
  const plan = retryPlanOf(options);
  const report = { done: 0, failed: 0 };
  const queue = iteratorOf(requests);
  const work = async (): Promise<void> => {
    for (let next = await queue.next(); next.done !== true; next = await queue.next()) {
      signal?.throwIfAborted();
      report[await outcomeOf(ask, next.value, plan)] += 1;
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

function retryPlanOf({ retries = 3, backOff = '1s', signal }: WarmOptions): RetryPlan {
  if (!Number.isSafeInteger(retries) || retries < 0) refuse('retries', retries, 3);
  return { retries, backOff: toMilliseconds(backOff, 'backOff'), signal };
}

// A generator queues the calls of next(), so that several workers can share it.
async function* iteratorOf<Request>(requests: Iterable<Request> | AsyncIterable<Request>) {
  yield* requests;
}

async function outcomeOf<Request>(
  ask: Ask<Request>,
  request: Request,
  plan: RetryPlan,
): Promise<keyof WarmReport> {
  try {
    await withRetries(async () => readToEnd(await ask(request)), plan);
    return 'done';
  } catch {
    plan.signal?.throwIfAborted();
    return 'failed';
  }
}
