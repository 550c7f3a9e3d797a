import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const fromExamples = createRequire(new URL('../../../../examples/package.json', import.meta.url));

export interface Child {
  readonly process: ChildProcess;
  /** Returns what it has printed so far. */
  readonly printed: () => string;
  /** All that it printed, and its exit code, once it has ended. */
  readonly ended: Promise<{ readonly text: string; readonly code: number | null }>;
}

/** Starts a script of this folder in one process, without a parent in between that would outlive a kill. */
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
