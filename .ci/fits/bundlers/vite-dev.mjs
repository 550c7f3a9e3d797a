// The development server of Vite evaluates the module again after a change; the default cache is the one that it was.
import assert from 'node:assert/strict';
import trialPackage from 'fits-trial';
import { createServer } from 'vite';

const vite = await createServer({
  ssr: { noExternal: ['@cached-llm/core', '@cached-llm/openai', '@cached-llm/http'] },
  server: { middlewareMode: true, ws: false },
  appType: 'custom',
  logLevel: 'error',
});
try {
  const load = () => vite.ssrLoadModule('/ssr.ts');
  const { core, openai } = await load();
  await trialPackage.trial({ core, openai });
  vite.moduleGraph.invalidateAll();
  const { core: again } = await load();
  assert.equal(again.defaultCache(), core.defaultCache());
  console.log('one default cache after a change');
} finally {
  await vite.close();
}
