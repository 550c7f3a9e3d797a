import { run } from './program.ts';
import { EXIT } from './terminal/exit.ts';
import type { Host } from './terminal/host.ts';

/** Who reads no more, as `head` does, ends the program in peace. */
function endWithItsReader(error: Error & { readonly code?: string }): void {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
}

/** The first Ctrl-C lets what is under way end in order, the second does not. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  process.once('SIGTERM', () => controller.abort());
  return controller.signal;
}

/** Runs the program in this process. */
export async function main(): Promise<void> {
  process.stdout.on('error', endWithItsReader);
  const { stdout, stderr, stdin, env: environment } = process;
  const signal = interruption();
  const host: Host = { stdout, stderr, stdin, environment, now: Date.now, signal };
  process.exitCode = await run(process.argv.slice(2), host);
}
