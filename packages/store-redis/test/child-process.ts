import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const fromExamples = createRequire(new URL('../../../examples/package.json', import.meta.url));

export interface Child {
  readonly process: ChildProcess;
  /** What it has printed so far. */
  readonly printed: () => string;
  /** All it printed, once it has ended, with the code it ended with. */
  readonly ended: Promise<{ readonly text: string; readonly code: number | null }>;
}

/** Starts a script of this folder, in a process of its own that is killed without any in between. */
export function startChild(script: string, ...parameters: readonly string[]): Child {
  const path = fileURLToPath(new URL(`./${script}.ts`, import.meta.url));
  const loader = ['--import', fromExamples.resolve('tsx'), '--conditions=@cached-llm/source'];
  const child = spawn(process.execPath, [...loader, path, ...parameters], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const ended = once(child, 'close').then(([code]) => ({ text, code }));
  return { process: child, printed: () => text, ended };
}
