import { describe, expect, test } from '@jest/globals';
import {
  aMoment,
  bytesOf,
  chatAnswer,
  eventually,
  nextText,
  question,
  readerOf,
  readUntil,
  sse,
  withWire,
} from '../wire.ts';

const hang = (afterEvents: number, times?: number) => ({
  faults: [{ kind: 'hang' as const, afterEvents, ...(times === undefined ? {} : { times }) }],
});
const aborted = expect.objectContaining({ name: 'AbortError' });

describe('a reader that leaves a stream early', () => {
  test('aborts it upstream at once, although no chunk is coming', async () => {
    await withWire({ answer: () => sse(), ...hang(1) }, async ({ post, server, story }) => {
      const reader = readerOf(await post());
      await nextText(reader);
      const pending = reader.read();
      await reader.cancel();
      expect((await pending).done).toBe(true);
      await eventually(() => server.requests[0]?.aborted === true);
      expect(story).toEqual(['miss', 'not-admitted']);
    });
  });

  test('aborts it upstream by a signal, and gets the reason of the signal', async () => {
    await withWire({ answer: () => sse(), ...hang(1) }, async ({ post, server }) => {
      const controller = new AbortController();
      const reader = readerOf(await post(question, { signal: controller.signal }));
      await nextText(reader);
      const pending = reader.read();
      controller.abort(new Error('enough'));
      await expect(pending).rejects.toThrow('enough');
      await eventually(() => server.requests[0]?.aborted === true);
    });
  });

  test('aborts it upstream by a signal while no read is pending', async () => {
    await withWire({ answer: () => sse(), ...hang(1) }, async ({ post, server, story }) => {
      const controller = new AbortController();
      const response = await post(question, { signal: controller.signal });
      controller.abort();
      await eventually(() => server.requests[0]?.aborted === true);
      await expect(response.text()).rejects.toThrow(aborted);
      expect(story).toEqual(['miss', 'not-admitted']);
    });
  });

  test('aborts it upstream where it has not read at all', async () => {
    await withWire({ answer: () => sse(), ...hang(1) }, async ({ post, server }) => {
      await (await post()).body?.cancel();
      await eventually(() => server.requests[0]?.aborted === true);
    });
  });

  test('stores nothing, so that the next caller makes its own request', async () => {
    await withWire({ answer: () => sse(), ...hang(2, 1) }, async ({ post, server, story }) => {
      const reader = readerOf(await post());
      await nextText(reader);
      await reader.cancel();
      expect(await (await post()).text()).toContain('[DONE]');
      expect(server.count).toBe(2);
      expect(story.filter((name) => name === 'stored')).toHaveLength(1);
    });
  });

  test('stops a stream from the store by its signal, too', async () => {
    await withWire({ chunkSize: 'byte', answer: () => sse() }, async ({ post }) => {
      await bytesOf(await post());
      const controller = new AbortController();
      const reader = readerOf(await post(question, { signal: controller.signal }));
      await nextText(reader);
      controller.abort();
      await expect(reader.read()).rejects.toThrow(aborted);
    });
  });
});

describe('a follower of a stream', () => {
  test('gets all of it from its start, however late the follower comes', async () => {
    await withWire({ answer: () => sse(), latencyPerChunk: 5 }, async ({ post, server, story }) => {
      const leader = readerOf(await post());
      const start = await readUntil(leader, 'lo');
      const follower = await post();
      expect(follower.headers.get('x-cached-llm')).toBe('miss');
      const all = await follower.text();
      expect(all.startsWith(start)).toBe(true);
      expect(start + (await readUntil(leader, '[DONE]'))).toBe(all);
      expect(server.count).toBe(1);
      expect(story.slice(0, 2)).toEqual(['miss', 'collapsed']);
    });
  });

  test('can leave, and the others continue', async () => {
    await withWire({ answer: () => sse(), latencyPerChunk: 5 }, async ({ post, server }) => {
      const [leader, follower, third] = await Promise.all([post(), post(), post()]);
      await follower.body?.cancel();
      const texts = await Promise.all([leader.text(), third.text()]);
      expect(texts[0]).toContain('[DONE]');
      expect(texts[1]).toBe(texts[0]);
      expect(server.requests.map(({ aborted: left }) => left)).toEqual([false]);
    });
  });

  test('continues when the leader leaves', async () => {
    await withWire({ answer: () => sse(), latencyPerChunk: 5 }, async ({ post, server, story }) => {
      const [leader, follower] = await Promise.all([post(), post()]);
      await leader.body?.cancel();
      expect(await follower.text()).toContain('[DONE]');
      await eventually(() => story.includes('stored'));
      expect(server.requests.map(({ aborted: left }) => left)).toEqual([false]);
    });
  });

  test('continues when the signal of the leader fires in the middle', async () => {
    await withWire({ answer: () => sse(), latencyPerChunk: 5 }, async ({ post, server }) => {
      const controller = new AbortController();
      const [leader, follower] = await Promise.all([
        post(question, { signal: controller.signal }),
        post(),
      ]);
      const reader = readerOf(leader);
      await nextText(reader);
      controller.abort();
      await expect(reader.read()).rejects.toThrow(aborted);
      expect(await follower.text()).toContain('[DONE]');
      expect(server.count).toBe(1);
    });
  });

  test('aborts the stream upstream when it is the last one that leaves', async () => {
    await withWire({ answer: () => sse(), ...hang(1) }, async ({ post, server }) => {
      const [leader, follower] = await Promise.all([post(), post()]);
      await leader.body?.cancel();
      await aMoment();
      expect(server.requests[0]?.aborted).toBe(false);
      await follower.body?.cancel();
      await eventually(() => server.requests[0]?.aborted === true);
    });
  });
});

describe('of two callers that wait for an answer', () => {
  const slow = { answer: () => ({ body: chatAnswer }), latencyPerChunk: 30 };

  test.each([
    ['first', 0],
    ['second', 1],
  ])('the %s may abort, and the other gets the answer', async (_name, index) => {
    await withWire(slow, async ({ post, server }) => {
      const controllers = [new AbortController(), new AbortController()];
      const calls = controllers.map(({ signal }) => post(question, { signal }));
      const settled = Promise.allSettled(calls);
      await eventually(() => server.count === 1);
      controllers[index]?.abort();
      const results = await settled;
      expect(results[index]).toMatchObject({ status: 'rejected', reason: aborted });
      expect(results[1 - index]).toMatchObject({ status: 'fulfilled' });
      expect(server.requests.map(({ aborted: left }) => left)).toEqual([false]);
    });
  });

  test('both may abort, and then the request is aborted upstream', async () => {
    await withWire({ ...slow, ...hang(0) }, async ({ post, server }) => {
      const controller = new AbortController();
      const { signal } = controller;
      const settled = Promise.allSettled([post(question, { signal }), post(question, { signal })]);
      await eventually(() => server.count === 1);
      controller.abort();
      expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      await eventually(() => server.requests[0]?.aborted === true);
    });
  });

  test('one whose signal fired before makes no request', async () => {
    await withWire(slow, async ({ post, server }) => {
      await expect(post(question, { signal: AbortSignal.abort() })).rejects.toThrow(aborted);
      await aMoment();
      expect(server.count).toBe(0);
    });
  });

  test('one whose signal times out gets a timeout error', async () => {
    await withWire({ ...slow, ...hang(0) }, async ({ post }) => {
      const pending = post(question, { signal: AbortSignal.timeout(10) });
      await expect(pending).rejects.toThrow(expect.objectContaining({ name: 'TimeoutError' }));
    });
  });
});
