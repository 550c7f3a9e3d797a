import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const fromExamples = createRequire(new URL('../../../examples/package.json', import.meta.url));

export interface Script {
  /** What it writes next, a line. */
  line(): Promise<string>;
  tell(line: string): void;
  /** Of the process that was started, or has become what it was to run. */
  readonly pid: number | undefined;
  /** Ends its input, and waits; its exit code. */
  end(): Promise<number | null>;
  /** Ends it at once, wherever it is. */
  kill(): Promise<void>;
}

export interface ScriptOptions {
  /** Who runs it. @default this user */
  readonly uid?: number | undefined;
  /** A command that runs it, with its arguments. @default none */
  readonly within?: readonly string[];
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

function start(script: URL, input: readonly string[], options: ScriptOptions): Child {
  const path = fileURLToPath(script);
  const tsx = [fromExamples.resolve('tsx/cli'), '--conditions=@cached-llm/source', path];
  const [command = '', ...rest] = [...(options.within ?? []), process.execPath, ...tsx, ...input];
  const owner = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid };
  return spawn(command, rest, { ...owner, stdio: ['pipe', 'pipe', 'inherit'], detached: true });
}

/** Runs a script beside this one, in a process of its own. */
export function startScript(
  script: URL,
  input: readonly string[],
  options: ScriptOptions = {},
): Script {
  const child = start(script, input, options);
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    pid: child.pid,
    async line() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${script} has ended.`);
      return value;
    },
    tell: (line) => child.stdin.write(`${line}\n`),
    async end() {
      child.stdin.end();
      const [code] = await ended;
      return code;
    },
    async kill() {
      // The whole group: tsx runs the script in a process of its own.
      const isAlive = child.exitCode === null && child.signalCode === null;
      if (child.pid !== undefined && isAlive) process.kill(-child.pid, 'SIGKILL');
      await ended;
    },
  };
}
