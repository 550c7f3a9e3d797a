import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { Exchange, Fault } from '../../src/wire-server/exchange.ts';
import type { WireServer } from '../../src/wire-server/wire-server.ts';
import { chunksOf, post, withServers } from './with-server.ts';

const start = withServers();
const streaming = (...faults: Fault[]): Exchange => ({
  response: { kind: 'sse', body: ['1', '2', '3'] },
  faults,
});

async function eventually(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100 && !isSo(); turn += 1) await wait(10);
  expect(isSo()).toBe(true);
}

const isAborted = (server: WireServer) => () => server.requests[0]?.aborted === true;

describe('a stream that breaks', () => {
  test.each([0, 1, 2])(
    'a cut socket is an error to the client, after %s events',
    async (afterEvents) => {
      const server = await start({ exchanges: [streaming({ kind: 'cut-socket', afterEvents })] });
      const { chunks, error } = await chunksOf(await post(server.url, {}));
      expect(chunks).toHaveLength(afterEvents);
      expect(error).toMatchObject({ message: 'terminated' });
    },
  );

  test('a cut socket is an error under gzip too', async () => {
    const cut = { kind: 'cut-socket', afterEvents: 2 } as const;
    const server = await start({ exchanges: [streaming(cut)], gzip: true });
    const { chunks, error } = await chunksOf(await post(server.url, {}));
    expect(chunks.join('')).toBe('data: 1\n\ndata: 2\n\n');
    expect(error).toBeDefined();
  });

  test.each([true, false])('an early end is a clean end to the client (gzip: %s)', async (gzip) => {
    const early = { kind: 'end-early', afterEvents: 2 } as const;
    const server = await start({ exchanges: [streaming(early)], gzip });
    expect(await (await post(server.url, {})).text()).toBe('data: 1\n\ndata: 2\n\n');
  });

  test('a cut and an early end do not count as a client that left', async () => {
    const cut = { kind: 'cut-socket', afterEvents: 1, times: 1 } as const;
    const server = await start({ exchanges: [streaming(cut)] });
    await chunksOf(await post(server.url, {}));
    await chunksOf(await post(server.url, {}));
    expect(server.requests.map(({ aborted }) => aborted)).toEqual([false, false]);
  });
});

describe('an answer that is not sent', () => {
  test('a hung request is open until the client leaves, and the server records that', async () => {
    const server = await start({ exchanges: [streaming({ kind: 'hang' })] });
    const signal = AbortSignal.timeout(40);
    await expect(post(server.url, {}, { signal })).rejects.toMatchObject({ name: 'TimeoutError' });
    await eventually(isAborted(server));
  });

  test('a stream may hang after some events', async () => {
    const server = await start({ exchanges: [streaming({ kind: 'hang', afterEvents: 1 })] });
    const reader = (await post(server.url, {})).body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    const isSilent = wait(30).then(() => 'silent');
    expect(await Promise.race([reader?.read(), isSilent])).toBe('silent');
    await reader?.cancel();
    await eventually(isAborted(server));
  });

  test('closing the server ends a hung request, and does not count as a client that left', async () => {
    const server = await start({ exchanges: [streaming({ kind: 'hang' })] });
    const hanging = expect(post(server.url, {})).rejects.toThrow('fetch failed');
    await eventually(() => server.count === 1);
    await server.close();
    await hanging;
    expect(server.requests[0]?.aborted).toBe(false);
  });

  test('a refused connection fails before any answer', async () => {
    const server = await start({ exchanges: [streaming({ kind: 'refuse', times: 1 })] });
    await expect(post(server.url, {})).rejects.toThrow('fetch failed');
    expect((await post(server.url, {})).status).toBe(200);
    expect(server.requests[0]?.aborted).toBe(false);
  });
});

describe('a client that leaves', () => {
  test('is recorded in the middle of a stream, which then stops', async () => {
    const server = await start({ exchanges: [streaming()], latencyPerChunk: 20 });
    const controller = new AbortController();
    const response = await post(server.url, {}, { signal: controller.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    controller.abort();
    await expect(reader?.read()).rejects.toMatchObject({ name: 'AbortError' });
    await eventually(isAborted(server));
  });

  test('is not confused with a client that has the whole answer', async () => {
    const server = await start({ exchanges: [streaming()] });
    await (await post(server.url, {})).text();
    await wait(20);
    expect(server.requests[0]?.aborted).toBe(false);
  });
});

describe('statuses and lists of faults', () => {
  test('a status with its headers is returned `times` times, and then the true answer', async () => {
    const busy = {
      kind: 'status',
      status: 429,
      times: 2,
      headers: { 'retry-after-ms': '1' },
    } as const;
    const server = await start({ exchanges: [streaming(busy)] });
    const statuses = [];
    for (let turn = 0; turn < 3; turn += 1) statuses.push((await post(server.url, {})).status);
    expect(statuses).toEqual([429, 429, 200]);
    server.reset();
    const again = await post(server.url, {});
    expect([again.status, again.headers.get('retry-after-ms')]).toEqual([429, '1']);
  });

  test('the faults of a list take effect one after the other', async () => {
    const server = await start({
      exchanges: [
        streaming({ kind: 'status', status: 500, times: 1 }, { kind: 'end-early', afterEvents: 0 }),
      ],
    });
    expect((await post(server.url, {})).status).toBe(500);
    expect(await (await post(server.url, {})).text()).toBe('');
    expect(await (await post(server.url, {})).text()).toBe('');
  });

  test('faults of the server affect every exchange and computed answers', async () => {
    const faults: Fault[] = [{ kind: 'status', status: 503, times: 1 }];
    const server = await start({ answer: () => ({ body: 'fine' }), faults });
    expect((await post(server.url, {})).status).toBe(503);
    expect(await (await post(server.url, {})).text()).toBe('fine');
  });
});
