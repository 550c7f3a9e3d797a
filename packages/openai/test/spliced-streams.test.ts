import { chunksOf, type ExchangeResponse } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { withWire } from './wire.ts';

type Fields = Readonly<Record<string, unknown>>;

const sse = (...events: unknown[]): ExchangeResponse => ({ kind: 'sse', body: events });

const head = { id: 'c', object: 'chat.completion.chunk', created: 9, model: 'm' };
const piece = (delta: Fields, rest: Fields = {}, choice: Fields = {}) => ({
  ...head,
  choices: [{ index: 0, delta, finish_reason: null, ...choice }],
  ...rest,
});
const start = piece({ role: 'assistant', content: '' });
const say = (content: string, rest: Fields = {}) => piece({ content }, rest);
const end = (rest: Fields = {}) => piece({}, rest, { finish_reason: 'stop' });
const call = (index: number) => ({
  ...{ index, id: `call_${index}`, type: 'function' },
  function: { name: 'now', arguments: '{}' },
});

async function storyOf(response: ExchangeResponse, kind: 'chat' | 'responses') {
  let told: readonly unknown[] = [];
  await withWire({ answer: () => response }, async ({ client, story, events }) => {
    for (const _round of [1, 2]) {
      const asked =
        kind === 'chat'
          ? client.chat.completions.create({ model: 'm', messages: [], stream: true })
          : client.responses.create({ model: 'm', input: 'Hi', store: false, stream: true });
      await asked.then((stream) => chunksOf<unknown>(stream)).catch(() => {});
    }
    const reasons = events.flatMap((event) => ('reason' in event ? [event.reason] : []));
    told = [...story, ...new Set(reasons)];
  });
  return told;
}

const NOT_STORED = ['miss', 'not-admitted', 'miss', 'not-admitted'];
const STORED = ['miss', 'stored', 'hit'];

describe('a stream of chat chunks is not stored', () => {
  test.each<readonly [string, readonly unknown[], string?]>([
    ['with a second beginning', [start, say('A'), start, say('B'), end()]],
    ['of two models', [start, say('A'), say('B', { model: 'other' }), end()]],
    [
      'of two providers behind a gateway',
      [say('A', { provider: 'x' }), say('B', { provider: 'y' }), end()],
    ],
    [
      'of two fingerprints',
      [say('A', { system_fingerprint: 'x' }), say('B', { system_fingerprint: 'y' }), end()],
    ],
    ['that goes back in time', [start, say('A'), say('B', { created: 8 }), end()]],
    ['that goes on after its end', [start, say('A'), end(), say('B'), end()]],
    [
      'with a failure in its middle',
      [say('A'), { object: 'error', message: 'busy', code: 503 }, end()],
      'error',
    ],
    [
      'with a plain failure in its middle',
      [say('A'), { detail: 'Internal Server Error' }, end()],
      'error',
    ],
    ['with a good and a bad end', [say('A'), end(), piece({}, {}, { finish_reason: 'error' })]],
    [
      'without one of its choices',
      [say('A'), end(), piece({ content: 'C' }, {}, { index: 2, finish_reason: 'stop' })],
    ],
    [
      'without the first of its calls',
      [piece({ tool_calls: [call(1)] }), piece({}, {}, { finish_reason: 'tool_calls' })],
    ],
  ])('%s', async (_name, events, reason = 'unfinished') => {
    expect(await storyOf(sse(...events, '[DONE]'), 'chat')).toEqual([...NOT_STORED, reason]);
  });
});

describe('a stream of chat chunks is stored', () => {
  const filtered = {
    ...head,
    id: '',
    model: '',
    created: 0,
    choices: [],
    prompt_filter_results: [],
  };
  const usage = { ...head, choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } };
  const role = { role: 'assistant' };
  const calls = [
    piece({ ...role, tool_calls: [call(0)] }),
    piece({ ...role, tool_calls: [call(1)] }),
  ];
  test.each<readonly [string, readonly unknown[]]>([
    ['of Azure, with the results of its filter', [filtered, start, say('A'), end(), usage]],
    [
      'of Azure, with the name of the model that was asked first',
      [piece(role, { model: 'alias' }), say('A'), end()],
    ],
    [
      'with the role in each chunk',
      [start, piece({ ...role, content: 'A' }), piece({ ...role, content: 'B' }), end()],
    ],
    [
      'with the role at its end',
      [start, say('A'), piece({ ...role, content: '' }, {}, { finish_reason: 'stop' })],
    ],
    [
      'with an empty chunk after its end',
      [start, say('A'), end(), piece({ ...role, content: '' }), usage],
    ],
    ['with the role before each call', [start, say('A'), ...calls, end()]],
    [
      'with the time of each chunk',
      [start, say('A', { created: 10 }), say('B', { created: 11 }), end({ created: 11 })],
    ],
    ['of Groq, with its usage', [start, say('A'), end({ x_groq: { id: 'r', usage: {} } })]],
    ['with an id for each chunk', [say('A', { id: '1' }), say('B', { id: '2' }), end({ id: '3' })]],
  ])('%s', async (_name, events) => {
    expect(await storyOf(sse(...events, '[DONE]'), 'chat')).toEqual(STORED);
  });

  test('with comments between its chunks', async () => {
    const body = [start, say('A'), end()].map(
      (chunk) => `: OPENROUTER PROCESSING\n\ndata: ${JSON.stringify(chunk)}\n\n`,
    );
    const response = { kind: 'sse' as const, body: `${body.join('')}data: [DONE]\n\n` };
    expect(await storyOf(response, 'chat')).toEqual(STORED);
  });
});

const message = (text: string) => ({
  ...{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed' },
  content: [{ type: 'output_text', text, annotations: [] }],
});
const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
const response = (output: readonly Fields[] = []) => ({
  ...{ id: 'resp_1', object: 'response', model: 'm', output },
  status: output.length > 0 ? 'completed' : 'in_progress',
});
const EVENTS: readonly Fields[] = [
  { type: 'response.created', response: response() },
  { type: 'response.output_item.added', output_index: 0, item: { ...message(''), content: [] } },
  { type: 'response.output_text.delta', ...at, delta: 'Take ' },
  { type: 'response.output_text.delta', ...at, delta: 'no ' },
  { type: 'response.output_text.delta', ...at, delta: 'more.' },
  { type: 'response.output_text.done', ...at, text: 'Take no more.' },
  { type: 'response.output_item.done', output_index: 0, item: message('Take no more.') },
  { type: 'response.completed', response: response([message('Take no more.')]) },
];
const numbered = EVENTS.map((event, sequence_number) => ({ ...event, sequence_number }));
const without = (events: readonly Fields[], ...places: readonly number[]) =>
  events.filter((_event, place) => !places.includes(place));
const twice = (events: readonly Fields[], place: number) =>
  events.toSpliced(place, 0, events[place] ?? {});
const other = (place: number, fields: Fields) =>
  EVENTS.with(place, { ...EVENTS[place], ...fields });

describe('a stream of the Responses API is not stored', () => {
  test.each<readonly [string, readonly Fields[]]>([
    ['without a numbered event', without(numbered, 3)],
    ['with an event twice', twice(numbered, 3)],
    ['without a piece of its text', without(EVENTS, 3)],
    ['without a piece of its text and its whole text', without(EVENTS, 3, 5)],
    ['with a piece of its text twice', twice(EVENTS, 3)],
    ['without its opening', without(EVENTS, 0)],
    ['without the beginning of an item', without(EVENTS, 1)],
    ['without the end of an item', without(EVENTS, 6)],
    ['with an item in another place', other(1, { output_index: 1 })],
    ['that begins again', [...EVENTS.slice(0, 4), ...EVENTS]],
    ['whose end has another text', other(7, { response: response([message('Take more.')]) })],
  ])('%s', async (_name, events) => {
    expect(await storyOf(sse(...events), 'responses')).toEqual([...NOT_STORED, 'unfinished']);
  });
});

test.each([
  ['numbered', numbered],
  ['without numbers', EVENTS],
  ['with its text at once', without(EVENTS, 2, 3, 4)],
])('a whole stream of the Responses API is stored: %s', async (_name, events) => {
  expect(await storyOf(sse(...events), 'responses')).toEqual(STORED);
});
