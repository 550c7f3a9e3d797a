import { createInterface } from 'node:readline/promises';
import { UsageFailure } from './exit.ts';
import type { Host } from './host.ts';

/**
 * May what is about to be destroyed be destroyed? A terminal is asked.
 *
 * @throws {UsageFailure} off a terminal: nobody is there to answer.
 */
export async function confirm(host: Host, question: string): Promise<boolean> {
  const { stdin: input, stderr: output, signal } = host;
  if (input.isTTY !== true || output.isTTY !== true) {
    throw new UsageFailure(`${question} Nobody is there to be asked: add --yes.`);
  }
  const terminal = createInterface({ input, output });
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    return false; // interrupted: that is no yes
  } finally {
    terminal.close();
  }
}
