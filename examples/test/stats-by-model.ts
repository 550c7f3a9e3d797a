import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { LedgerRow } from '@cached-llm/core';

interface Stats {
  readonly rows: readonly (LedgerRow & { readonly cost: { saved: { usd: number } } })[];
}

/** What the CLI prints about a store. */
export async function statsByModel(file: string, namespace: string): Promise<Stats> {
  const cli = new URL('./bin/cached-llm.mjs', import.meta.resolve('cached-llm/package.json'));
  const source = ['--conditions=@cached-llm/source', '--import', import.meta.resolve('tsx')];
  const verb = ['stats', '--by', 'model', '--json', '--store', `sqlite:${file}`];
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...source,
    fileURLToPath(cli),
    ...verb,
    '--namespace',
    namespace,
  ]);
  return JSON.parse(stdout);
}
