import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const FLAGS = ['--conditions=@cached-llm/source', '--import', 'tsx', '--max-old-space-size=8192'];

/** Runs a file of this folder in its own process, and gives the JSON that it prints. */
export async function inProcess(file: string, ...given: readonly string[]): Promise<unknown> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const { stdout } = await execute(process.execPath, [...FLAGS, path, ...given]);
  return JSON.parse(stdout);
}
