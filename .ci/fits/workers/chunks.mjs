// chunks FILE: writes a module that imports every file of the packages at once, also those that are loaded on demand.
import { readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const files = ['core', 'http', 'openai'].flatMap((name) => {
  const dist = join('node_modules', '@cached-llm', name, 'dist');
  const all = readdirSync(dist, { recursive: true }).filter((file) => file.endsWith('.js'));
  return all.filter((file) => !file.startsWith('cjs')).map((file) => resolve(dist, file));
});
const imports = files.map((file, at) => `import * as file${at} from ${JSON.stringify(file)};`);
const names = files.map((_, at) => `file${at}`).join(', ');
const handler = `export default { fetch: () => Response.json([${names}].length) };`;
writeFileSync(process.argv[2], `${imports.join('\n')}\n${handler}\n`);
