import type { ChildProcess } from 'node:child_process';
import type { Host } from '../terminal/index.ts';

/** The signals that one process sends to another to end it or to tell it something. */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;
type Forwarded = (typeof FORWARDED)[number];

/** A terminal sends these to all processes that run in it, so that the child has them already. */
const OF_TERMINAL: ReadonlySet<Forwarded> = new Set<Forwarded>(['SIGINT', 'SIGQUIT']);

const IGNORED =
  'The command did not end after SIGTERM. A second SIGTERM came, so it was ended by SIGKILL.\n';

/**
 * Passes the signals that this process gets on to the child, and keeps this process alive meanwhile. A child may take its
 * time after SIGTERM. The second one ends it, because whoever sent that wants it gone, and would next end this process alone.
 *
 * @returns a function that ends this.
 */
export function forwardSignals(child: ChildProcess, host: Host): () => void {
  const isInTerminal = host.stdin.isTTY === true;
  let terminations = 0;
  const forward = (signal: Forwarded) => {
    if (isInTerminal && OF_TERMINAL.has(signal)) return;
    terminations += signal === 'SIGTERM' ? 1 : 0;
    const isIgnored = signal === 'SIGTERM' && terminations > 1;
    if (isIgnored) host.stderr.write(IGNORED);
    child.kill(isIgnored ? 'SIGKILL' : signal);
  };
  const known = FORWARDED.filter((signal) => !isUnknownHere(signal));
  for (const signal of known) process.on(signal, forward);
  return () => {
    for (const signal of known) process.off(signal, forward);
  };
}

/** Windows has no signals for a program of the user's own. */
const isUnknownHere = (signal: Forwarded) =>
  process.platform === 'win32' && signal.startsWith('SIGUSR');
