import { createInterface } from 'node:readline/promises';
import { visibleText } from '@cached-llm/core/store';
import { UsageFailure } from './exit.ts';
import type { Host } from './host.ts';

/**
 * Asks on the terminal whether to go on. Only `y` and `yes` mean yes; an interruption means no.
 *
 * @throws {UsageFailure} where stdin or stderr is not a terminal, so that nobody can answer
 */
export async function confirm(host: Host, question: string): Promise<boolean> {
  const { stdin: input, stderr: output, signal } = host;
  if (input.isTTY !== true || output.isTTY !== true) {
    throw new UsageFailure(`${question} Add --yes to confirm.`);
  }
  const terminal = createInterface({ input, output });
  try {
    const answer = await terminal.question(`${visibleText(question)} [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}
