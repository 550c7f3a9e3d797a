import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CachedLlmCache } from '@cached-llm/langchain';

test('an older LangChain is refused, with its version and the range', () => {
  assert.throws(() => new CachedLlmCache(), { code: 'WRONG_CLIENT', message: /0\.3\.\d+.*>=1 <2/ });
});
