// Copies the built packages to where the LangChain of a folder is: beside the sources, they would find another one.
import { cpSync, rmSync } from 'node:fs';

export async function importBuilt(folder) {
  for (const name of ['core', 'http', 'langchain']) {
    const from = new URL(`../../../packages/${name}/`, import.meta.url);
    const to = new URL(`./node_modules/@cached-llm/${name}/`, folder);
    rmSync(to, { recursive: true, force: true });
    cpSync(new URL('dist', from), new URL('dist', to), { recursive: true });
    cpSync(new URL('package.json', from), new URL('package.json', to));
  }
  const entry = (name) =>
    import(new URL(`./node_modules/@cached-llm/${name}/dist/index.js`, folder));
  return { ...(await entry('core')), ...(await entry('langchain')) };
}
