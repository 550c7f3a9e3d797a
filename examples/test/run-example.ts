import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../src/', import.meta.url));

/** Runs an example in a process of its own, as a user does, and returns what it prints. */
export function runExample(
  name: string,
  environment: Readonly<Record<string, string>>,
  cwd: string,
): Promise<string> {
  const tsx = import.meta.resolve('tsx');
  const flags = ['--conditions=@cached-llm/source', '--import', tsx];
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [...flags, `${folder}${name}.ts`], {
    env: { PATH, NODE_NO_WARNINGS: '1', ...environment },
    cwd,
  });
  return new Promise((resolve, reject) => {
    let output = '';
    const collect = (text: Buffer) => {
      output += String(text);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve(output) : reject(new Error(output))));
  });
}
