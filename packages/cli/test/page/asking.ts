import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { TestStore } from '../test-stores.ts';

const PROGRAM = fileURLToPath(new URL('asking-process.ts', import.meta.url));
const OWN = fileURLToPath(new URL('../..', import.meta.url)); // where tsx is found
const SOURCE = ['--conditions=@cached-llm/source', '--import', 'tsx'] as const;

/** Another process that shares the store. */
export function startAsking({ url, namespace }: TestStore) {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [...SOURCE, PROGRAM, url, namespace], {
    cwd: OWN,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    /** The outcome of its request. */
    async ask(content: string): Promise<string> {
      child.stdin.write(`${content}\n`);
      return (await lines.next()).value;
    },
    /** Its exit code. */
    async end(): Promise<number> {
      const exited = once(child, 'exit');
      child.stdin.end();
      const [code] = await exited;
      return code;
    },
  };
}
