import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const fromExamples = createRequire(new URL('../../../../examples/package.json', import.meta.url));

export interface Script {
  /** Returns the next line that it prints. */
  line(): Promise<string>;
  /** Writes a line to its input. */
  write(line: string): void;
  /** The process that was started; a command that runs the script has become it. */
  readonly pid: number | undefined;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
  /** Ends its input, and returns its exit code. */
  end(): Promise<number | null>;
  /** Kills it and its children. */
  kill(): Promise<void>;
}

export interface ScriptOptions {
  /** The user who runs it. @default this user */
  readonly uid?: number | undefined;
  /** A command that runs it, with its arguments. @default none */
  readonly within?: readonly string[];
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

function start(script: string, input: readonly string[], options: ScriptOptions): Child {
  const path = fileURLToPath(new URL(`./${script}.ts`, import.meta.url));
  const tsx = [fromExamples.resolve('tsx/cli'), '--conditions=@cached-llm/source', path];
  const [command = '', ...rest] = [...(options.within ?? []), process.execPath, ...tsx, ...input];
  const owner = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid };
  return spawn(command, rest, { ...owner, stdio: ['pipe', 'pipe', 'inherit'], detached: true });
}

/** Runs a script of this folder in a process of its own. */
export function startScript(
  script: string,
  input: readonly string[],
  options: ScriptOptions = {},
): Script {
  const child = start(script, input, options);
  const ended = once(child, 'exit').then(([code]) => code);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    pid: child.pid,
    ended,
    async line() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${script} has ended.`);
      return value;
    },
    write: (line) => child.stdin.write(`${line}\n`),
    end() {
      child.stdin.end();
      return ended;
    },
    async kill() {
      // The whole group, because tsx runs the script in a child of its own.
      const isAlive = child.exitCode === null && child.signalCode === null;
      if (child.pid !== undefined && isAlive) process.kill(-child.pid, 'SIGKILL');
      await ended;
    },
  };
}
