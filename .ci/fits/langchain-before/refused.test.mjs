import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importBuilt } from '../langchain/install.mjs';

test('an older LangChain is refused, with its version and the range', async () => {
  const { CachedLlmCache } = await importBuilt(import.meta.url);
  assert.throws(() => new CachedLlmCache(), { code: 'WRONG_CLIENT', message: /0\.3\.\d+.*>=1 <2/ });
});
