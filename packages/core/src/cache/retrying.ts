import { setTimeout as delay } from 'node:timers/promises';
import { isKnownOutage } from '../adapter/outage.ts';

export interface Retrying {
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
export async function retrying(
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
