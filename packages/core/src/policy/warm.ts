import { LlmCacheError } from '../words/errors.ts';
import { drained } from './drained.ts';

export interface WarmOptions {
  /** Requests under way at once. @default 4 */
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: WarmReport) => void) | undefined;
}

export interface WarmReport {
  readonly done: number;
  readonly failed: number;
}

/** Calls `ask` for each request, a few at a time; one that fails does not stop the others. */
export async function warm<Request>(
  requests: Iterable<Request> | AsyncIterable<Request>,
  ask: (request: Request) => unknown,
  { concurrency = 4, signal, onProgress }: WarmOptions = {},
): Promise<WarmReport> {
  if (!Number.isInteger(concurrency) || concurrency < 1) refuseConcurrency(concurrency);
  const report = { done: 0, failed: 0 };
  const queue = iteratorOf(requests);
  const work = async (): Promise<void> => {
    for (let next = await queue.next(); next.done !== true; next = await queue.next()) {
      signal?.throwIfAborted();
      if (await succeeds(ask, next.value)) report.done += 1;
      else report.failed += 1;
      onProgress?.({ ...report });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return report;
}

function refuseConcurrency(concurrency: unknown): never {
  throw new LlmCacheError(
    'INVALID_OPTION',
    `concurrency is ${String(concurrency)}. Write a whole number above zero.`,
  );
}

// A generator queues calls of next(), so that many workers may share it.
async function* iteratorOf<Request>(requests: Iterable<Request> | AsyncIterable<Request>) {
  yield* requests;
}

async function succeeds<Request>(ask: (request: Request) => unknown, request: Request) {
  try {
    await drained(await ask(request));
    return true;
  } catch {
    return false;
  }
}
