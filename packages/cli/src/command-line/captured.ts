import { Readable, Writable } from 'node:stream';
import type { ExitCode, Host } from '../terminal/index.ts';
import type { CliCommand } from './command.ts';
import { runCommandLine } from './run.ts';

/** What a command printed, and how it ended. */
export interface Captured {
  readonly code: ExitCode;
  readonly out: string;
  readonly errors: string;
  /** Is `out` not all that was printed? */
  readonly isCut: boolean;
}

/** A stream that keeps its text, up to a length. */
class Kept extends Writable {
  readonly #longest: number;
  text = '';

  constructor(longest: number) {
    super();
    this.#longest = longest;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (this.text.length <= this.#longest) this.text += chunk.toString();
    done();
  }
}

/** A command line that a program runs. */
interface Given {
  readonly argv: readonly string[];
  readonly commands: readonly CliCommand[];
  readonly stdin?: string | undefined;
  /** The longest text that is kept of what is printed, in characters. */
  readonly longest: number;
}

/** Runs a command line for another part of the program, and returns what it printed. It never throws. */
export async function captured(
  host: Host,
  { argv, commands, stdin = '', longest }: Given,
): Promise<Captured> {
  const [stdout, stderr] = [new Kept(longest), new Kept(longest)];
  const inside: Host = { ...host, stdout, stderr, stdin: Readable.from([stdin]) };
  const code = await runCommandLine(argv, inside, commands);
  const out = stdout.text.slice(0, longest);
  return {
    code,
    out,
    errors: stderr.text.slice(0, longest),
    isCut: out.length < stdout.text.length,
  };
}
