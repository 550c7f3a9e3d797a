import { describe, expect, test } from '@jest/globals';
import { jsonPost, withWire } from '../wire.ts';

const answer = () => ({ body: { choices: [] } });

const post = (headers: Record<string, string>, id: string) =>
  jsonPost(
    { model: 'm', messages: [{ id, role: 'user', content: 'Hi' }] },
    { headers: { 'content-type': 'application/json', ...headers } },
  );

const ADMITTED = { empty: true, incomplete: true, malformed: true } as never; // the answer is of no interest here

describe('`ignore` reaches', () => {
  test.each([
    ['a header', ['headers.x-session-id'], 'x-session-id'],
    ['a header in another case', ['headers.X-Session-Id'], 'x-session-id'],
    ['headers whose names start alike', ['headers.helicone-*'], 'helicone-session-path'],
  ])('%s', async (_name, ignore, header) => {
    await withWire(
      { answer, fetching: { ignore, admit: ADMITTED } },
      async ({ server, fetch, url }) => {
        for (const value of ['1', '2']) await fetch(url, post({ [header]: value }, 'm'));
        expect(server.count).toBe(1);
        await fetch(url, post({ 'x-other': '1' }, 'm'));
        expect(server.count).toBe(2);
      },
    );
  });

  test('the ids of messages', async () => {
    const ignore = ['messages.*.id'];
    await withWire(
      { answer, fetching: { ignore, admit: ADMITTED } },
      async ({ server, fetch, url }) => {
        for (const id of ['1', '2']) await fetch(url, post({}, id));
        expect(server.count).toBe(1);
      },
    );
  });
});
