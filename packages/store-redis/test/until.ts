import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE = 20_000;

/** Asks again and again, until it is so. */
export async function until(what: string, isSo: () => unknown): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (performance.now() < deadline) {
    if (await isSo()) return;
    await delay(10);
  }
  throw new Error(`${what}: not within ${PATIENCE} ms.`);
}
