import { type TemporaryFolder, temporaryFolder } from '@cached-llm/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runExample } from './run-example.ts';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

test('22 each tenant has its own answers, and a secret can be replaced', async () => {
  const output = await runExample('22-tenants-and-secrets', {}, folder.path);
  expect(output.trim().split('\n')).toEqual([
    ...['miss', 'hit', 'miss', 'bypass'],
    ...['hit', 'miss'],
    ...['hit', 'miss'],
  ]);
});

test('31 a service of a request has the answers of its tenant', async () => {
  const output = await runExample('31-tenant-per-request', {}, folder.path);
  expect(output.trim().split('\n')).toEqual([
    ...['one', 'two', 'one', 'undefined'].map((tenant) => `for ${tenant}: Why is the sea salty?`),
    '{ hits: 1, misses: 2, bypasses: 1 }',
  ]);
});
