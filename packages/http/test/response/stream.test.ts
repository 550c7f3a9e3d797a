import type { Adapter } from '@cached-llm/core/adapter';
import { defaultAdapter } from '@cached-llm/core/adapter';
import { type ExchangeResponse, serverSentEvents } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import {
  aMoment,
  bytesOf,
  chatEvents,
  eventually,
  nextText,
  question,
  readerOf,
  readUntil,
  settled,
  sse,
  withWire,
} from '../wire.ts';

const events = serverSentEvents(chatEvents.map((data) => ({ data })));
const named = serverSentEvents([
  { event: 'message_start', data: { type: 'message_start', message: { content: [] } } },
  {
    event: 'content_block_delta',
    data: { type: 'content_block_delta', index: 0, delta: { text: 'é🌊' } },
  },
  { event: 'message_delta', data: { type: 'message_delta', delta: { stop_reason: 'end_turn' } } },
  { event: 'message_stop', data: { type: 'message_stop' } },
]);
const lines = [
  '{"message":{"content":"Hé🌊"},"done":false}\n',
  '\n',
  '{"message":{"content":""},"done":true,"done_reason":"stop"}\n',
].join('');

const BODIES: readonly (readonly [string, 'sse' | 'ndjson', string])[] = [
  ['events', 'sse', events],
  ['named events', 'sse', named],
  ['events under a byte order mark', 'sse', `\uFEFF${events}`],
  [
    'events between comments',
    'sse',
    `: OPENROUTER PROCESSING\n\n${events.replace('\n\n', '\n\n:\n\n')}`,
  ],
  ['events with empty data', 'sse', `data:\n\ndata\n\ndata: \n\n${events}`],
  ['events whose marker has no blank line', 'sse', events.trimEnd()],
  ['events with comments', 'sse', `: PROCESSING\n\n${events.replaceAll('data', ': wait\ndata')}`],
  ['events with ids and a time to retry', 'sse', `retry: 10\nid: 7\n${events}`],
  ['events of several lines', 'sse', `data: {"choices":\ndata: []}\n\n${events}`],
  ['events without a space', 'sse', events.replaceAll('data: ', 'data:')],
  ['lines', 'ndjson', lines],
  ['lines, the last without its end', 'ndjson', lines.trimEnd()],
  ['lines under a byte order mark', 'ndjson', `\uFEFF${lines}`],
];

const DELIVERIES = [
  ['whole', {}],
  ['one byte at a time', { chunkSize: 'byte' }],
  ['in pieces of 7 bytes', { chunkSize: 7 }],
  ['with CRLF', { lineEnding: '\r\n' }],
  ['with CRLF split over pieces', { lineEnding: '\r\n', chunkSize: 'byte' }],
  ['compressed', { gzip: true }],
] as const;

const CASES = BODIES.flatMap(([name, kind, body]) =>
  DELIVERIES.map(([how, delivery]) => ({ name, how, response: { kind, body, ...delivery } })),
);

describe('a stream is recorded and replayed byte for byte', () => {
  test.each(CASES)('$name, $how', async ({ response }) => {
    const end = 'lineEnding' in response ? response.lineEnding : '\n';
    const expected = Buffer.from(response.body.replaceAll('\n', end));
    await withWire({ answer: () => response }, async ({ post, server, story }) => {
      expect(await bytesOf(await post())).toEqual(expected);
      await settled(story);
      const hit = await post();
      expect(hit.headers.get('x-cached-llm')).toBe('hit');
      expect(hit.headers.get('content-encoding')).toBeNull();
      expect(await bytesOf(hit)).toEqual(expected);
      expect(server.count).toBe(1);
      expect(story).toEqual(['miss', 'stored', 'hit']);
    });
  });
});

test('a stream whose lines end in a bare CR is recorded and replayed byte for byte', async () => {
  const body = events.replaceAll('\n', '\r');
  const answer = () => ({ kind: 'sse' as const, body, chunkSize: 'byte' as const });
  await withWire({ answer }, async ({ post, server }) => {
    for (const _turn of [1, 2]) expect(await (await post()).text()).toBe(body);
    expect(server.count).toBe(1);
  });
});

describe('a stream', () => {
  test('gives its first chunk before the provider has sent the second', async () => {
    const faults = [{ kind: 'hang' as const, afterEvents: 1 }];
    await withWire({ faults, answer: () => sse() }, async ({ post }) => {
      const reader = readerOf(await post());
      expect(await nextText(reader)).toContain('Hel');
      await reader.cancel();
    });
  });

  test('is read no faster than its reader reads', async () => {
    const body = Array.from({ length: 3_000 }, () => 'x'.repeat(10_000));
    await withWire({ answer: () => sse([...body, '[DONE]']) }, async ({ post, server }) => {
      const reader = readerOf(await post());
      await nextText(reader);
      await aMoment();
      await reader.cancel();
      await eventually(() => server.requests[0]?.aborted === true);
    });
  });

  test('has the headers of its request for its first caller only', async () => {
    const headers = {
      'x-ratelimit-remaining-requests': '3',
      'set-cookie': 'a=b',
      'x-request-id': 'r',
    };
    await withWire({ answer: () => ({ ...sse(), headers }) }, async ({ post, url }) => {
      const [live, follower] = await Promise.all([post(), post()]);
      await Promise.all([bytesOf(live), bytesOf(follower)]);
      const hit = await post();
      expect(live.headers.get('x-ratelimit-remaining-requests')).toBe('3');
      expect(live.headers.get('set-cookie')).toBe('a=b');
      expect(live.headers.get('x-cached-llm')).toBe('miss');
      for (const other of [follower, hit]) {
        expect(other.headers.get('x-ratelimit-remaining-requests')).toBeNull();
        expect(other.headers.get('set-cookie')).toBeNull();
        expect(other.headers.get('x-request-id')).toBeNull();
        expect(other.headers.get('x-cached-llm-first-request-id')).toBe('r');
        expect(other.headers.get('content-type')).toMatch('text/event-stream');
        expect([other.url, other.status, other.statusText]).toEqual([url, 200, 'OK']);
      }
    });
  });

  test.each([
    ['the terminal event of an event stream', sse(), '[DONE]'],
    ['the last of JSON lines', { kind: 'ndjson' as const, body: lines }, '"done":true'],
  ])('is stored although its reader cancels at %s', async (_name, response, end) => {
    const faults = [{ kind: 'hang' as const, afterEvents: 9 }];
    await withWire({ answer: () => ({ ...response, faults }) }, async ({ post, server, story }) => {
      const reader = readerOf(await post());
      await readUntil(reader, end);
      await reader.cancel();
      await eventually(() => story.includes('stored'));
      expect((await bytesOf(await post())).toString()).toContain(end);
      expect(server.count).toBe(1);
    });
  });

  test('is stored although its reader leaves at the CR after the terminal event', async () => {
    const crlf = { lineEnding: '\r\n', chunkSize: 'byte' } as const;
    await withWire({ answer: () => ({ ...sse(), ...crlf }) }, async ({ post, server, story }) => {
      const reader = readerOf(await post());
      await readUntil(reader, '[DONE]\r\n\r');
      await reader.cancel();
      await eventually(() => story.includes('stored'));
      await bytesOf(await post());
      expect(server.count).toBe(1);
    });
  });

  test('is stored although its reader stops at the terminal event and leaves it open', async () => {
    const faults = [{ kind: 'hang' as const, afterEvents: 9 }];
    await withWire({ answer: () => ({ ...sse(), faults }) }, async ({ post, server, story }) => {
      await readUntil(readerOf(await post()), '[DONE]');
      await eventually(() => story.includes('stored'));
      await bytesOf(await post());
      expect(server.count).toBe(1);
    });
  });

  test('has another key than the whole answer to the same question', async () => {
    const body = { choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }] };
    const answer = ({ json }: { json: unknown }): ExchangeResponse =>
      Object(json).stream === true ? sse() : { body };
    await withWire({ answer }, async ({ post, server }) => {
      for (const _turn of [1, 2]) {
        expect(await (await post({ ...question, stream: true })).text()).toBe(events);
        expect(await (await post()).json()).toEqual(body);
      }
      expect(server.count).toBe(2);
    });
  });

  test('is requested again where its entry is damaged', async () => {
    const store = new Map<string, unknown>();
    await withWire({ caching: { store }, answer: () => sse() }, async ({ post, server }) => {
      await bytesOf(await post());
      for (const [key, row] of store) {
        const [header, head] = String(row).split('\n');
        store.set(key, `${header}\n${head}\n{"not":"a list"}`);
      }
      expect(await (await post()).text()).toBe(events);
      expect(server.count).toBe(2);
    });
  });

  test('without a terminal event is stored where the provider sends none by its adapter', async () => {
    const adapter: Adapter = {
      ...defaultAdapter,
      provider: 'silent',
      stream: {
        ends: () => false,
        endsSilently: true,
        assemble: (chunks) => (chunks.length === 2 ? { chunks } : undefined),
      },
    };
    const answer = () => sse([{ a: 1 }, { a: 2 }]);
    const faults = [{ kind: 'end-early' as const, afterEvents: 1, times: 1 }];
    await withWire({ faults, fetching: { adapter }, answer }, async ({ post, story }) => {
      for (const _turn of [1, 2, 3]) {
        await bytesOf(await post({ ...question, stream: true }));
        await settled(story);
      }
      expect(story).toEqual(['miss', 'not-admitted', 'miss', 'stored', 'hit']);
    });
  });
});

describe('an incomplete stream is returned and not stored:', () => {
  const one = { choices: [{ index: 0, delta: { content: 'Hel' }, finish_reason: null }] };
  const error = { error: { message: 'overloaded', code: 502 } };
  const length = { choices: [{ index: 0, delta: {}, finish_reason: 'length' }] };
  test.each<[string, ExchangeResponse, string]>([
    ['without a terminal event', sse([one, one]), 'unfinished'],
    ['cut by the provider before its terminal event', sse(chatEvents.slice(0, -1)), 'unfinished'],
    ['with a terminal event and no finish reason', sse([one, '[DONE]']), 'unfinished'],
    ['with an error before its terminal event', sse([one, error, '[DONE]']), 'error'],
    ['with only an error', sse([error, '[DONE]']), 'error'],
    [
      'with an error right after a byte order mark',
      { kind: 'sse', body: `\uFEFF${serverSentEvents([{ data: error }, { data: '[DONE]' }])}` },
      'error',
    ],
    ['with an error of another shape', sse([one, { type: 'error', error }, '[DONE]']), 'error'],
    ['truncated at the token limit', sse([one, length, '[DONE]']), 'truncated'],
    [
      'with half a terminal event',
      { kind: 'sse', body: events.trimEnd().slice(0, -3) },
      'unreadable',
    ],
    ['with half a last line', { kind: 'ndjson', body: lines.slice(0, -3) }, 'unreadable'],
    ['torn in the middle', { kind: 'sse', body: events.replace('}\n\n', '\n\n') }, 'unreadable'],
    [
      'with a field name that is torn',
      { kind: 'sse', body: events.replace('data', 'ta') },
      'unreadable',
    ],
    ['with a line that is null', { kind: 'ndjson', body: `null\n${lines}` }, 'unreadable'],
    ['with a torn line', { kind: 'ndjson', body: `{"a":\n${lines}` }, 'unreadable'],
    [
      'with an event named error before a good end',
      { kind: 'sse', body: `event: error\ndata: {"message":"busy"}\n\n${events}` },
      'error',
    ],
    ['empty', { kind: 'sse', body: '' }, 'unfinished'],
  ])('%s', async (_name, response, reason) => {
    await withWire({ answer: () => response }, async ({ post, server, story, events }) => {
      const first = await bytesOf(await post());
      expect(await bytesOf(await post())).toEqual(first);
      expect(first.toString()).toBe(response.body);
      expect(server.count).toBe(2);
      expect(story).toEqual(['miss', 'not-admitted', 'miss', 'not-admitted']);
      expect(events[1]).toMatchObject({ reason });
    });
  });

  test('one whose connection is cut, and every reader gets the error', async () => {
    const faults = [{ kind: 'cut-socket' as const, afterEvents: 2, times: 1 }];
    await withWire({ faults, answer: () => sse() }, async ({ post, server, story }) => {
      const [one, other] = await Promise.all([post(), post()]);
      const readings = [one, other].map((response) => bytesOf(response));
      for (const reading of readings) await expect(reading).rejects.toThrow('terminated');
      expect((await bytesOf(await post())).toString()).toBe(events);
      expect(server.count).toBe(2);
      expect(story.slice(0, 4)).toEqual(['miss', 'collapsed', 'call-saved', 'not-admitted']);
    });
  });

  test('one that an adapter cannot read, and its caller can still read it', async () => {
    const fail = () => {
      throw new TypeError('a mistake in an adapter');
    };
    for (const stream of [
      { ends: fail, assemble: () => ({}) },
      { ends: () => true, assemble: fail },
    ]) {
      const adapter: Adapter = { ...defaultAdapter, provider: 'mistaken', stream };
      await withWire(
        { fetching: { adapter }, answer: () => sse() },
        async ({ post, events: sent }) => {
          const response = await post({ ...question, stream: true });
          expect((await bytesOf(response)).toString()).toBe(events);
          expect(sent[1]).toMatchObject({ reason: 'unreadable' });
        },
      );
    }
  });
});
