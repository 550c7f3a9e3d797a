import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const PROGRAM = join(dirname(require.resolve('cached-llm/package.json')), 'bin/cached-llm.mjs');

/** The page over a store, served by the program that users start. */
export interface Served {
  readonly url: string;
  /** The largest memory of its process so far, in MiB. */
  peak(): number;
  stop(): Promise<void>;
}

export async function servePage(store: string): Promise<Served> {
  const child = spawn(process.execPath, [PROGRAM, 'studio', '--store', store, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  const { url } = JSON.parse(String(line));
  return {
    url,
    peak: () => {
      const [, kilobytes] =
        /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      return Number(kilobytes) / 1_024;
    },
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
