import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall } from '../../src/index.ts';
import { closedGate } from '../flight/gate.ts';
import { chunksOf, settled, startTrial } from '../trial.ts';

/** A function that streams `chunks`, counts its calls, and waits for the gate before the second chunk. */
function startStream(chunks: readonly unknown[]) {
  const gate = closedGate();
  const source = { gate, calls: 0, stopped: 0, yielded: 0 };
  async function* stream(_prompt: string): AsyncGenerator<unknown, void, undefined> {
    source.calls += 1;
    try {
      for (const chunk of chunks) {
        if (source.yielded > 0) await gate.opened;
        source.yielded += 1;
        yield chunk;
      }
    } finally {
      source.stopped += 1;
    }
  }
  return { source, stream };
}

const delta = (content: string, finish: string | null = null) => ({
  ...{ id: 'chatcmpl', object: 'chat.completion.chunk' },
  choices: [{ index: 0, delta: { content }, finish_reason: finish }],
});

describe('a function that returns a stream', () => {
  test('may be an async generator function, and a hit replays the same chunks in the same order', async () => {
    const { cache, story } = startTrial();
    const { source, stream } = startStream(['The ', 'sky', '', '…']);
    source.gate.open();
    const ask = cachedLlmCall(stream, { cache });
    const live = await chunksOf(await ask('p'));
    await settled();
    expect(live).toEqual(['The ', 'sky', '', '…']);
    expect(await chunksOf(await ask('p'))).toEqual(live);
    expect(await chunksOf(await ask('p'))).toEqual(live);
    expect(source.calls).toBe(1);
    expect(story()).toEqual(['miss', 'stored', 'hit', 'hit']);
  });

  test('may return a promise of an async iterable', async () => {
    const { cache } = startTrial();
    let calls = 0;
    const ask = cachedLlmCall(
      async function open(_prompt: string): Promise<AsyncIterable<number>> {
        calls += 1;
        return {
          async *[Symbol.asyncIterator]() {
            yield* [1, 2, 3];
          },
        };
      },
      { cache },
    );
    expect(await chunksOf(await ask('p'))).toEqual([1, 2, 3]);
    await settled();
    expect(await chunksOf(await ask('p'))).toEqual([1, 2, 3]);
    expect(calls).toBe(1);
  });

  test('may return a web stream', async () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(
      async (_prompt: string) => ReadableStream.from(['a', 'b']) as AsyncIterable<string>,
      { cache, provider: 'mine' },
    );
    expect(await chunksOf(await ask('p'))).toEqual(['a', 'b']);
    await settled();
    const { response, info } = await ask.withInfo('p');
    expect(await chunksOf(response)).toEqual(['a', 'b']);
    expect(info.outcome).toBe('hit');
  });

  test('may return an empty stream', async () => {
    const { cache } = startTrial();
    const { source, stream } = startStream([]);
    const ask = cachedLlmCall(stream, { cache });
    expect(await chunksOf(await ask('p'))).toEqual([]);
    await settled();
    expect(await chunksOf(await ask('p'))).toEqual([]);
    expect(source.calls).toBe(1);
  });

  test('may stream dates, bytes and undefined, and a hit replays them unchanged', async () => {
    const { cache } = startTrial();
    const chunks = [new Date(5), new Uint8Array([1, 2]), undefined, null, { at: new Date(6) }, 7n];
    const { source, stream } = startStream(chunks);
    source.gate.open();
    const ask = cachedLlmCall(stream, { cache });
    await chunksOf(await ask('p'));
    await settled();
    const { response, info } = await ask.withInfo('p');
    expect(await chunksOf(response)).toEqual(chunks);
    expect(info.outcome).toBe('hit');
  });

  test('gives every reader its own copy of each chunk', async () => {
    const { cache } = startTrial();
    const { source, stream } = startStream([{ text: 'a' }, { text: 'b' }]);
    source.gate.open();
    const ask = cachedLlmCall(stream, { cache });
    for await (const chunk of await ask('p')) (chunk as { text: string }).text = 'changed';
    await settled();
    expect(await chunksOf(await ask('p'))).toEqual([{ text: 'a' }, { text: 'b' }]);
  });

  test('is not stored where a chunk cannot be encoded, and the caller still receives the chunk', async () => {
    const { cache, story, events } = startTrial();
    const run = () => {};
    const { source, stream } = startStream(['a', { run }, 'b']);
    source.gate.open();
    const ask = cachedLlmCall(stream, { cache });
    expect(await chunksOf(await ask('p'))).toEqual(['a', { run }, 'b']);
    await settled();
    expect(story()).toEqual(['miss', 'not-admitted']);
    expect(events[1]?.event).toMatchObject({ reason: 'unencodable' });
  });
});

describe('followers of a running stream', () => {
  test('receive it from its first chunk, each at its own pace', async () => {
    const { cache, story } = startTrial();
    const { source, stream } = startStream([1, 2, 3]);
    const ask = cachedLlmCall(stream, { cache });
    const leader = (await ask('p'))[Symbol.asyncIterator]();
    expect((await leader.next()).value).toBe(1);
    const following = chunksOf(await ask('p'));
    source.gate.open();
    expect(await following).toEqual([1, 2, 3]);
    expect((await leader.next()).value).toBe(2);
    expect((await leader.next()).value).toBe(3);
    expect(await leader.next()).toEqual({ done: true, value: undefined });
    expect(source.calls).toBe(1);
    expect(story()).toEqual(['miss', 'collapsed', 'call-saved', 'stored']);
  });

  test('continue when the leader leaves', async () => {
    const { cache, story } = startTrial();
    const { source, stream } = startStream([1, 2, 3]);
    const ask = cachedLlmCall(stream, { cache });
    const leading = ask('p');
    await leading.next(); // a generator begins when it is first read
    const following = chunksOf(ask('p'));
    while (!story().includes('collapsed')) await settled(); // it joins
    await leading.return(undefined);
    source.gate.open();
    expect(await following).toEqual([1, 2, 3]);
    await settled();
    expect(source).toMatchObject({ calls: 1, stopped: 1 });
    expect(story()).toContain('stored');
  });

  test('reject with the same error as the leader', async () => {
    const failure = new Error('cut off');
    const { cache, story } = startTrial();
    let calls = 0;
    const ask = cachedLlmCall(
      async function* cut(_prompt: string) {
        calls += 1;
        yield 'a';
        throw failure;
      },
      { cache },
    );
    const streams = await Promise.all([ask('p'), ask('p')]);
    const endings = await Promise.allSettled(streams.map(chunksOf));
    for (const ending of endings) expect(ending).toEqual({ status: 'rejected', reason: failure });
    await settled();
    expect(calls).toBe(1);
    expect(story()).toEqual(['miss', 'collapsed', 'call-saved', 'not-admitted']);
    await expect(chunksOf(await ask('p'))).rejects.toBe(failure);
    expect(calls).toBe(2);
  });
});

describe('leaving early', () => {
  test('stores nothing and stops the source, and a later caller starts a new call', async () => {
    const { cache, story, events } = startTrial();
    const { source, stream } = startStream([1, 2, 3]);
    source.gate.open();
    const ask = cachedLlmCall(stream, { cache });
    for await (const _chunk of await ask('p')) break;
    await settled();
    expect(source).toMatchObject({ calls: 1, stopped: 1, yielded: 1 });
    expect(story()).toEqual(['miss', 'not-admitted']);
    expect(events[1]?.event).toMatchObject({ reason: 'abandoned' });
    expect(await chunksOf(await ask('p'))).toEqual([1, 2, 3]);
    expect(source.calls).toBe(2);
  });

  test('aborts a source that is waiting for its next chunk', async () => {
    const { cache } = startTrial();
    const signals: AbortSignal[] = [];
    const ask = cachedLlmCall(
      async function* stuck({ signal }: { prompt: string; signal: AbortSignal }) {
        signals.push(signal);
        yield 1;
        await new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      },
      { cache },
    );
    const controller = new AbortController();
    const stream = await ask({ prompt: 'p', signal: controller.signal });
    const reader = stream[Symbol.asyncIterator]();
    await reader.next();
    const next = reader.next();
    controller.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
    await settled();
    expect(signals[0]?.aborted).toBe(true);
  });

  test('by an abort does not affect the other readers', async () => {
    const { cache } = startTrial();
    const gate = closedGate();
    const ask = cachedLlmCall(
      async function* slow(_request: { prompt: string; signal?: AbortSignal }) {
        yield 1;
        await gate.opened;
        yield 2;
      },
      { cache },
    );
    const controller = new AbortController();
    const leaving = await ask({ prompt: 'p', signal: controller.signal });
    const staying = await ask({ prompt: 'p' });
    const left = chunksOf(leaving);
    controller.abort(new Error('enough'));
    await expect(left).rejects.toThrow('enough');
    gate.open();
    expect(await chunksOf(staying)).toEqual([1, 2]);
  });

  test('from a replay leaves the entry in the store', async () => {
    const { cache } = startTrial();
    const { source, stream } = startStream([1, 2, 3]);
    source.gate.open();
    const ask = cachedLlmCall(stream, { cache });
    await chunksOf(await ask('p'));
    await settled();
    for await (const _chunk of await ask('p')) break;
    expect(await chunksOf(await ask('p'))).toEqual([1, 2, 3]);
    expect(source.calls).toBe(1);
  });
});

describe('without an adapter, a stream', () => {
  async function askTwice(chunks: readonly unknown[]) {
    const { cache, story, events } = startTrial();
    const { source, stream } = startStream(chunks);
    source.gate.open();
    const ask = cachedLlmCall(stream, { cache });
    expect(await chunksOf(await ask('p'))).toEqual(chunks);
    await settled();
    expect(await chunksOf(await ask('p'))).toEqual(chunks);
    await settled();
    const rejected = events.find(({ name }) => name === 'not-admitted');
    return { story: story(), reason: (rejected?.event as { reason?: string } | undefined)?.reason };
  }

  test.each<[string, readonly unknown[]]>([
    ['OpenAI, to its finish reason', [delta('The '), delta('sky'), delta('', 'stop')]],
    ['OpenAI, with its usage behind', [delta('a'), delta('', 'stop'), { choices: [], usage: {} }]],
    [
      'OpenAI responses',
      [{ type: 'response.created' }, { type: 'response.completed', response: {} }],
    ],
    [
      'Anthropic',
      [
        { type: 'message_start', message: { stop_reason: null } },
        { type: 'content_block_delta', delta: { text: 'a' } },
        { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
        { type: 'message_stop' },
      ],
    ],
    ['Google', [{ candidates: [{ content: {} }] }, { candidates: [{ finishReason: 'STOP' }] }]],
    [
      'Ollama',
      [
        { message: {}, done: false },
        { message: {}, done: true, done_reason: 'stop' },
      ],
    ],
    [
      'AI SDK',
      [
        { type: 'text-delta', delta: 'a' },
        { type: 'finish', finishReason: 'stop' },
      ],
    ],
    [
      'Cohere',
      [
        { type: 'message-start' },
        { type: 'content-delta', delta: {} },
        { type: 'message-end', delta: { finish_reason: 'COMPLETE' } },
      ],
    ],
    [
      'Bedrock',
      [{ contentBlockDelta: {} }, { messageStop: { stopReason: 'end_turn' } }, { metadata: {} }],
    ],
    ['texts', ['a', 'b']],
    [
      'objects of the user',
      [
        { type: 'token', text: 'a' },
        { type: 'token', text: 'b' },
      ],
    ],
  ])('is stored when it is complete: %s', async (_what, chunks) => {
    expect((await askTwice(chunks)).story).toEqual(['miss', 'stored', 'hit']);
  });

  test.each<[string, readonly unknown[]]>([
    ['OpenAI, without a finish reason', [delta('The '), delta('sky')]],
    ['OpenAI, cut at the limit', [delta('The '), delta('', 'length')]],
    ['OpenAI, filtered', [delta('The '), delta('', 'content_filter')]],
    [
      'OpenAI responses, cut',
      [{ type: 'response.created' }, { type: 'response.output_text.delta' }],
    ],
    [
      'OpenAI responses, incomplete',
      [
        { type: 'response.created' },
        { type: 'response.incomplete', response: { status: 'incomplete' } },
      ],
    ],
    [
      'OpenAI responses, failed',
      [{ type: 'response.created' }, { type: 'response.failed', response: { status: 'failed' } }],
    ],
    [
      'an error in its midst',
      [delta('The '), { error: { message: 'overloaded' } }, delta('', 'stop')],
    ],
    ['Anthropic, cut', [{ type: 'message_start' }, { type: 'content_block_delta', delta: {} }]],
    [
      'Anthropic, at its limit',
      [
        { type: 'message_start' },
        { type: 'message_delta', delta: { stop_reason: 'max_tokens' } },
        { type: 'message_stop' },
      ],
    ],
    ['Anthropic, an error', [{ type: 'message_start' }, { type: 'error', error: {} }]],
    ['Google, cut', [{ candidates: [{ content: {} }] }]],
    ['Google, blocked', [{ candidates: [{ finishReason: 'SAFETY' }] }]],
    ['Ollama, cut', [{ message: {}, done: false }]],
    ['Ollama, at its limit', [{ message: {}, done: true, done_reason: 'length' }]],
    [
      'OpenAI, refused',
      [{ choices: [{ delta: { refusal: 'I cannot' }, finish_reason: null }] }, delta('', 'stop')],
    ],
    [
      'OpenAI responses, refused',
      [
        { type: 'response.refusal.delta', delta: 'I cannot' },
        { type: 'response.completed', response: {} },
      ],
    ],
    [
      'Cohere, at its limit',
      [{ type: 'message-start' }, { type: 'message-end', delta: { finish_reason: 'MAX_TOKENS' } }],
    ],
    ['Bedrock, cut', [{ messageStart: {} }, { contentBlockDelta: {} }]],
    [
      'Bedrock, at its limit',
      [{ contentBlockDelta: {} }, { messageStop: { stopReason: 'max_tokens' } }],
    ],
    ['AI SDK, cut', [{ type: 'text-start' }, { type: 'text-delta', delta: 'a' }]],
    ['AI SDK, at its limit', [{ type: 'text-delta' }, { type: 'finish', finishReason: 'length' }]],
  ])('is not stored: %s', async (_what, chunks) => {
    const { story } = await askTwice(chunks);
    expect(story).toEqual(['miss', 'not-admitted', 'miss', 'not-admitted']);
  });
});

describe('a stale stream', () => {
  test('is served while the new one is recorded in the background', async () => {
    const { cache, clock, story } = startTrial({ ttl: '1m', staleWhileRevalidate: '1h' });
    let calls = 0;
    const ask = cachedLlmCall(
      async function* count(_prompt: string) {
        calls += 1;
        yield calls;
        yield calls * 10;
      },
      { cache },
    );
    await chunksOf(await ask('p'));
    await settled();
    clock.advance(60_000);
    expect(await chunksOf(await ask('p'))).toEqual([1, 10]);
    await settled();
    expect(await chunksOf(await ask('p'))).toEqual([2, 20]);
    expect(story()).toEqual(['miss', 'stored', 'stale', 'stored', 'hit']);
  });
});
