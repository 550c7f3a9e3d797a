import { control } from '@cached-llm/core';
import { startWireServer, type WireServer } from '@cached-llm/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chatAnswer, question, settled, sse, withWire } from './wire.ts';

/** A server that answers. It has another port, hence another origin than the one that sends requests on to it. */
let target: WireServer;
beforeAll(async () => {
  target = await startWireServer({
    answer: ({ json }) =>
      (json as { readonly stream?: boolean }).stream === true ? sse() : { body: chatAnswer },
  });
});
afterAll(() => target.close());

const CONTROL = control({ mode: 'refresh', tags: ['secret tag'], scope: 'tenant' });
const CALL = { headers: { ...CONTROL, authorization: 'Bearer sk-secret' } };

const sentOn = (status: number, location: string) => ({ status, headers: { location }, body: {} });

const controlsAmong = ({ requests }: Pick<WireServer, 'requests'>) =>
  requests.flatMap(({ headers }) =>
    Object.keys(headers).filter((name) => name.startsWith('x-cached-llm')),
  );

describe('a request that a server sends on', () => {
  test.each([307, 308])('to another host is answered, and not stored: %i', async (status) => {
    const answer = () => sentOn(status, `${target.url}/v1/chat/completions`);
    await withWire({ answer }, async ({ post, server, cache, events }) => {
      const before = target.count;
      const seen: string[] = [];
      cache.on('not-admitted', ({ reason }) => seen.push(reason));
      for (const body of [question, question, { ...question, stream: true }]) {
        const response = await post(body, CALL);
        expect([response.status, response.redirected]).toEqual([200, true]);
        expect(await response.text()).toContain('Hel');
      }
      expect([server.count, target.count - before]).toEqual([3, 3]);
      expect(seen).toEqual(['redirected', 'redirected', 'redirected']);
      expect([...controlsAmong(server), ...controlsAmong(target)]).toEqual([]);
      expect(target.requests.at(-1)?.headers.authorization).toBeUndefined();
      expect(JSON.stringify(events)).not.toContain('secret');
    });
  });

  test('to another path of its own is stored, under the URL that was asked', async () => {
    const answer = ({ path }: { readonly path: string }) =>
      path.endsWith('/') ? { body: chatAnswer } : sentOn(307, `${path}/`);
    await withWire({ answer }, async ({ fetch, url, post, server, story }) => {
      const first = await post(question, CALL);
      expect([first.headers.get('x-cached-llm'), await first.json()]).toEqual(['miss', chatAnswer]);
      await settled(story);
      const hit = await post(question, { headers: control({ scope: 'tenant' }) });
      expect([hit.headers.get('x-cached-llm'), hit.url]).toEqual(['hit', url]);
      expect([server.count, controlsAmong(server)]).toEqual([2, []]);
      const body = JSON.stringify(question);
      const direct = await fetch(`${url}/`, {
        method: 'POST',
        body,
        headers: control({ scope: 'tenant' }),
      });
      await direct.text();
      expect(server.count).toBe(3); // another URL has another key
    });
  });

  test('is given to each of those that wait, who call for themselves', async () => {
    const answer = () => sentOn(307, `${target.url}/v1/chat/completions`);
    await withWire({ answer }, async ({ post }) => {
      const answers = await Promise.all([post(), post(), post()]);
      const bodies = await Promise.all(answers.map((each) => each.json()));
      expect(bodies).toEqual([chatAnswer, chatAnswer, chatAnswer]);
    });
  });

  test('is returned as it is where the caller follows by itself', async () => {
    const answer = () => sentOn(307, `${target.url}/v1/chat/completions`);
    await withWire({ answer }, async ({ post, server }) => {
      for (const _round of [1, 2]) {
        const response = await post(question, { ...CALL, redirect: 'manual' });
        expect([response.status, response.headers.get('location')]).toEqual([
          307,
          `${target.url}/v1/chat/completions`,
        ]);
      }
      expect([server.count, controlsAmong(server)]).toEqual([2, []]);
    });
  });
});
