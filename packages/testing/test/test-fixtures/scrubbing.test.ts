import { fixtureStore } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { Scrubber } from '../../src/test-fixtures/scrubber.ts';
import {
  filesIn,
  openSession,
  question,
  type SessionOptions,
  withFolder,
} from './recorded-folder.ts';

const SECRET = 'Jane "Q" Doe/1';
const API_KEY = 'sk-proj-0123456789abcdefABCDEF';

/** The text of the fixture, and the answer that is replayed from it. */
async function recorded(options: SessionOptions, kind: 'ask' | 'stream' = 'ask') {
  let text = '';
  let replayed: unknown;
  await withFolder(async (path) => {
    await openSession(path, options)[kind](question('Why?'));
    text = Object.entries(filesIn(path)).flat().join('\n');
    const replay = openSession(path, { ...options, mode: 'replay' });
    if (text !== '') replayed = await replay[kind](question('Why?'));
  });
  return { text, replayed };
}

describe('a secret of the user is in no fixture', () => {
  test.each<[string, unknown, unknown]>([
    ['in a text', { text: `I am ${SECRET}.` }, { text: 'I am [scrubbed].' }],
    ['more than once', [`${SECRET}${SECRET}`, SECRET], ['[scrubbed][scrubbed]', '[scrubbed]']],
    ['as the name of a field', { [SECRET]: { deep: [1] } }, { '[scrubbed]': { deep: [1] } }],
    [
      'in JSON that is a text',
      { args: JSON.stringify({ who: SECRET }) },
      { args: '{"who":"[scrubbed]"}' },
    ],
    ['in a URL', { url: `/u?n=${encodeURIComponent(SECRET)}&p=1` }, { url: '/u?n=[scrubbed]&p=1' }],
    ['in a Map', { map: new Map([['name', SECRET]]) }, { map: new Map([['name', '[scrubbed]']]) }],
    ['as the whole answer', SECRET, '[scrubbed]'],
  ])('%s', async (_where, answer, expected) => {
    const { text, replayed } = await recorded({ answer: () => answer, scrub: [SECRET] });
    expect(text).not.toContain('Doe');
    expect(replayed).toEqual(expected);
  });

  test('in bytes that are a text or JSON', async () => {
    const bytes = (value: string) => new TextEncoder().encode(value);
    const answer = () => ({
      text: bytes(`I am ${SECRET}.`),
      json: bytes(JSON.stringify({ who: SECRET })),
      picture: new Uint8Array([0xff, 0xd8, 0xff]),
    });
    const { text, replayed } = await recorded({ answer, scrub: [SECRET] });
    const all = [...text.matchAll(/"([A-Za-z0-9+/]{4,}=*)"/g)].map(([, base64 = '']) =>
      Buffer.from(base64, 'base64').toString(),
    );
    expect(all.join('\n')).not.toContain('Doe');
    expect(replayed).toEqual({
      text: bytes('I am [scrubbed].'),
      json: bytes('{"who":"[scrubbed]"}'),
      picture: new Uint8Array([0xff, 0xd8, 0xff]),
    });
  });

  test('that a pattern with any flags matches', async () => {
    for (const pattern of [/jane \S+ doe\S*/i, /Jane \S+ Doe\S*/g, /Jane \S+ Doe\S*/y]) {
      const answer = () => ({ text: `${SECRET} and ${SECRET}` });
      const { replayed } = await recorded({ answer, scrub: [pattern] });
      expect(replayed).toEqual({ text: '[scrubbed] and [scrubbed]' });
    }
  });

  test('beside the answer prevents the fixture', async () => {
    for (const place of [{ scope: SECRET }, { tags: [SECRET] }]) {
      expect((await recorded({ ...place, scrub: [SECRET] })).text).toBe('');
    }
  });

  test.each([[['']], [[7]], [[null]]])('cannot be %j', (scrub) => {
    const open = () => fixtureStore('/nowhere', { scrub: scrub as string[], readOnly: true });
    expect(open).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});

describe('a secret that is split over the chunks of a stream', () => {
  /** The chunks of each provider, with a piece of a text in them. */
  const FORMS: readonly [string, (piece: string, index: number) => unknown][] = [
    ['OpenAI', (content, index) => ({ id: 'c1', choices: [{ index, delta: { content } }] })],
    [
      'OpenAI responses',
      (delta, index) => ({ type: 'response.output_text.delta', output_index: index, delta }),
    ],
    [
      'Anthropic',
      (text, index) => ({
        type: 'content_block_delta',
        index,
        delta: { type: 'text_delta', text },
      }),
    ],
    [
      'a tool call',
      (json, index) => ({ index, delta: { type: 'input_json_delta', partial_json: json } }),
    ],
    ['Google', (text) => ({ candidates: [{ content: { parts: [{ text }], role: 'model' } }] })],
    [
      'Bedrock',
      (text, index) => ({ contentBlockDelta: { delta: { text }, contentBlockIndex: index } }),
    ],
    [
      'Cohere',
      (text, index) => ({
        type: 'content-delta',
        index,
        delta: { message: { content: { text } } },
      }),
    ],
    ['Ollama', (content) => ({ model: 'm', message: { role: 'assistant', content }, done: false })],
    ['the AI SDK', (delta) => ({ type: 'text-delta', id: '0', delta })],
    ['plain texts', (text) => text],
    ['a text in changing fields', (text, index) => (index === 0 ? { text } : { deeper: { text } })],
  ];

  const scrubbed = (chunks: readonly unknown[]) => new Scrubber([SECRET]).scrub({ chunks }).chunks;

  test.each(FORMS)('of %s, one character each, is in none of them', (_whose, form) => {
    const pieces = [...`Hello ${API_KEY}, dear ${SECRET}!`];
    const clean = scrubbed(pieces.map((piece) => form(piece, 0)));
    const said = JSON.stringify(clean);
    expect(said.match(/\[scrubbed\]/g)).toHaveLength(2);
    expect(said).not.toMatch(/"[JQD]"/);
    expect(clean).toHaveLength(pieces.length);
    expect(clean).toContainEqual(form('[scrubbed]', 0));
  });

  test('of two texts in alternating chunks is found in both', () => {
    const piece = (index: number, content: string) => ({
      choices: [{ index, delta: { content } }],
    });
    const chunks = [...API_KEY].flatMap((letter) => [piece(0, letter), piece(1, letter)]);
    const [first, second, ...rest] = scrubbed(chunks) ?? [];
    expect([first, second]).toEqual([piece(0, '[scrubbed]'), piece(1, '[scrubbed]')]);
    expect(rest).toEqual([...API_KEY.slice(1)].flatMap(() => [piece(0, ''), piece(1, '')]));
  });

  test('is gone from the file and from the replayed chunks', async () => {
    const chunks = [...`dear ${SECRET}!`];
    const { text, replayed } = await recorded({ chunks, scrub: [SECRET] }, 'stream');
    expect(replayed).toEqual([
      ...'dear ',
      '[scrubbed]',
      ...[...SECRET].slice(1).map(() => ''),
      '!',
    ]);
    expect(text).not.toMatch(/"[JQD]"/);
  });

  test.each(FORMS)('of %s is found wherever it is split', (_whose, form) => {
    const whole = `a ${API_KEY} b`;
    const scrubber = new Scrubber();
    for (let first = 0; first <= whole.length; first += 1) {
      for (let second = first; second <= whole.length; second += 3) {
        const pieces = [whole.slice(0, first), whole.slice(first, second), whole.slice(second)];
        const { chunks } = scrubber.scrub({ chunks: pieces.map((piece) => form(piece, 0)) });
        const clean = JSON.stringify(chunks);
        expect(clean.split('[scrubbed]')).toHaveLength(2);
        expect(clean).not.toMatch(/cdef|sk-|0123/i);
      }
    }
  });
});

describe('without `scrub`', () => {
  test.each([
    ['a key of OpenAI', API_KEY],
    ['a key of Anthropic', 'sk-ant-api03-abcdefghijklmnop'],
    ['a key of Google', `AIza${'x'.repeat(35)}`],
    ['a key of AWS', 'AKIAIOSFODNN7EXAMPLE'],
    ['a token of GitHub', `ghp_${'a1'.repeat(18)}`],
    ['a web token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefg'],
    ['a bearer', 'Bearer abcdefghijklmnopqrstuvwxyz='],
  ])('%s is removed', async (_what, key) => {
    const { text, replayed } = await recorded({ answer: () => ({ text: `It is ${key}` }) });
    expect(text).not.toContain(key);
    expect(replayed).toEqual({ text: 'It is [scrubbed]' });
  });

  test('the keys of this environment are removed, and its other values are not', async () => {
    const before = { ...process.env };
    Object.assign(process.env, {
      OUR_API_KEY: 'opaque-value-7f3a',
      OUR_TOKEN: 'none',
      OUR_NAME: 'a long enough name',
    });
    try {
      const answer = () => ({ text: 'opaque-value-7f3a, none, a long enough name' });
      const { replayed } = await recorded({ answer });
      expect(replayed).toEqual({ text: '[scrubbed], none, a long enough name' });
    } finally {
      process.env = before;
    }
  });

  test('nothing else is changed', async () => {
    const answer = () => ({
      text: 'sk-short, task-oriented, eyJ, Bearer of news',
      id: 'chatcmpl-9',
    });
    expect((await recorded({ answer })).replayed).toEqual(answer());
  });
});
