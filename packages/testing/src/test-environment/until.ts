import { pause } from '@cached-llm/core/store';

const PATIENCE = 20_000;
const PAUSE = 10;

/**
 * Waits until a condition is true, and checks it again and again.
 * @param what the condition as a sentence, for the error
 * @throws Error if the condition is not true within 20 seconds
 */
export async function until(what: string, isSo: () => unknown): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (performance.now() < deadline) {
    if (await isSo()) return;
    await pause(PAUSE);
  }
  throw new Error(`${what}: this was not so within ${PATIENCE} ms.`);
}
