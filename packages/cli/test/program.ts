import { PassThrough, Writable } from 'node:stream';
import { type Host, run } from '../src/index.ts';

/** What the program printed, and its exit code. */
export interface Printed {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

export interface RunOptions {
  readonly environment?: Host['environment'];
  /** The text on stdin. @default stdin stays open */
  readonly input?: string;
  readonly isTerminal?: boolean;
  /** The folder in which the program runs. @default this process's own */
  readonly folder?: string;
  readonly now?: () => number;
  readonly signal?: AbortSignal;
  /** Called with each text on stdout, while the program runs. */
  readonly onPrint?: (text: string) => void;
}

class Sink extends Writable {
  readonly isTTY: boolean;
  readonly columns = 80;
  text = '';

  readonly #onPrint: RunOptions['onPrint'];

  constructor(isTerminal: boolean, onPrint?: RunOptions['onPrint']) {
    super();
    this.isTTY = isTerminal;
    this.#onPrint = onPrint;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    this.#onPrint?.(chunk.toString());
    done();
  }
}

/** Runs the program in this process, with a terminal or without one. */
export async function program(argv: readonly string[], options: RunOptions = {}): Promise<Printed> {
  const {
    environment = {},
    input,
    isTerminal = false,
    now = Date.now,
    folder = process.cwd(),
  } = options;
  const { signal = new AbortController().signal } = options;
  const [stdout, stderr] = [new Sink(isTerminal, options.onPrint), new Sink(isTerminal)];
  const stdin = Object.assign(new PassThrough(), { isTTY: isTerminal });
  if (input !== undefined) stdin.end(input);
  const code = await run(argv, { stdout, stderr, stdin, environment, folder, now, signal });
  return { code, out: stdout.text, errors: stderr.text };
}
