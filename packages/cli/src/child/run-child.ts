import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import spawn from 'cross-spawn';
import { EXIT, Failure, type Host } from '../terminal/index.ts';
import { forwardSignals } from './signals.ts';

export interface ChildCommand {
  /** The program and its arguments, as they are: no shell reads them. */
  readonly words: readonly string[];
  /** All variables of its environment. */
  readonly environment: Host['environment'];
}

/** How a child ended: one of the two is not null. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What a shell would say of it: 128 and the number of the signal, for a child that one has ended. */
export function exitCodeOf({ code, signal }: Ended): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

/** The child has the streams of this process themselves, so that it finds a terminal where there is one. */
function start({ words, environment }: ChildCommand, host: Host): ChildProcess {
  const isOwn = host.stdout === process.stdout;
  const [program = '', ...rest] = words;
  const child = spawn(program, rest, {
    cwd: host.folder,
    env: environment,
    stdio: isOwn ? 'inherit' : 'pipe',
  });
  if (child.stdin !== null) host.stdin.pipe(child.stdin);
  child.stdout?.pipe(host.stdout, { end: false });
  child.stderr?.pipe(host.stderr, { end: false });
  return child;
}

/** The command could not be started: the exit code is that of shells. */
class NotStarted extends Failure {
  override readonly exitCode: number;

  constructor(message: string, exitCode: number, options: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

function notStarted(words: readonly string[], cause: NodeJS.ErrnoException): Failure {
  const [program = ''] = words;
  if (cause.code === 'ENOENT') {
    const isLine = words.length === 1 && /\s/.test(program);
    const remedy = isLine
      ? `No shell reads it. Write each word by itself, or: sh -c '${program}'`
      : 'Check its name, and whether it is in the PATH.';
    return new NotStarted(`There is no command ${program}. ${remedy}`, EXIT.notFound, { cause });
  }
  const reason = `${program} cannot be started (${cause.code ?? cause.message}).`;
  return new NotStarted(`${reason} Check its rights.`, EXIT.notStarted, { cause });
}

/**
 * Runs a command to its end. The signals that this process gets meanwhile are passed on to it.
 *
 * @throws {Failure} where it cannot be started
 */
export async function runChild(command: ChildCommand, host: Host): Promise<Ended> {
  const child = start(command, host);
  const endForwarding = forwardSignals(child, host);
  // `close` waits for the output of the child's own children. A child with the streams of this process has none to wait for.
  const ended = once(child, child.stdout === null ? 'exit' : 'close');
  try {
    const [code, signal]: Ended[keyof Ended][] = await ended;
    return { code: code as Ended['code'], signal: signal as Ended['signal'] }; // of `ChildProcess`
  } catch (error) {
    throw notStarted(command.words, error as NodeJS.ErrnoException); // what `spawn` fails with
  } finally {
    endForwarding();
    child.stdin?.destroy();
  }
}
