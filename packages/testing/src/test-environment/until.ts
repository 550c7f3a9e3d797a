import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE = 20_000;
const PAUSE = 10;

/**
 * Waits for `isSo`, asking again and again.
 * @throws Error, with `what`, where that takes too long
 */
export async function until(what: string, isSo: () => unknown): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (performance.now() < deadline) {
    if (await isSo()) return;
    await delay(PAUSE);
  }
  throw new Error(`${what}: not within ${PATIENCE} ms.`);
}
