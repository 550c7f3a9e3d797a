import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall } from '../../src/index.ts';
import { settled, startTrial, type Trial } from '../trial.ts';

type Make = (round: number) => object;

const fieldsIn = ({ events }: Trial) =>
  events.flatMap(({ event }) => ('remedy' in event && 'field' in event ? [event.field] : []));

/** The fields that are reported where requests like these are made one after another. */
async function reported(make: Make, rounds = 4) {
  const trial = startTrial();
  const ask = cachedLlmCall(async (_request: object) => 'answer', {
    ...{ cache: trial.cache, provider: 'mine' },
  });
  for (let round = 0; round < rounds; round += 1) {
    await ask(make(round));
    await new Promise((resolve) => setTimeout(resolve, 5)); // the file is loaded at the first miss
  }
  return { ...trial, fields: fieldsIn(trial) };
}

const messages = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Why is the sea salty?' },
];
const chat = (more: object) => ({ model: 'm', temperature: 0, messages, ...more });

const withIds = (each: () => object) => ({
  ...chat({}),
  messages: messages.map((message) => ({ ...message, ...each() })),
});

describe('a field that changes at each miss is reported once', () => {
  test.each<readonly [string, string, Make]>([
    ['a run id', 'metadata.run_id', () => chat({ metadata: { run_id: randomUUID(), app: 'a' } })],
    ['a note', 'metadata.step', (round) => chat({ metadata: { step: `step ${round}` } })],
    ['a session', 'sessionId', (round) => chat({ sessionId: `s${round}` })],
    ['a span', 'parent_span', () => chat({ parent_span: Math.random() })],
    ['a time', 'sentAt', (round) => chat({ sentAt: 1_790_000_000_000 + round })],
    [
      'a time in a text',
      'timestamp',
      (round) => chat({ timestamp: `2026-11-29T08:00:0${round}Z` }),
    ],
    ['a UUID', 'uuid', () => chat({ uuid: randomUUID() })],
    ['the ids of messages', 'messages.*.id', () => withIds(() => ({ id: randomUUID() }))],
    [
      'the times in the parts of Mastra',
      'messages.*.providerOptions.mastra.createdAt',
      (round) => withIds(() => ({ providerOptions: { mastra: { createdAt: 1.79e12 + round } } })),
    ],
    [
      'what a client writes as JSON',
      'settings.executionInfo',
      () => ({ prompt: 'Hi', settings: { executionInfo: `{"taskId":"${randomUUID()}"}` } }),
    ],
  ])('%s', async (_name, field, make) => {
    const { fields, events } = await reported(make);
    expect(fields).toEqual([field]);
    const event = events.find(({ name }) => name === 'volatile-field')?.event;
    expect(event).toMatchObject({ provider: 'mine' });
    expect(JSON.stringify(event)).toContain(`ignore: ['${field}']`);
  });

  test('a header', async () => {
    const trial = startTrial();
    const request = { prompt: 'Hi' };
    for (const session of ['a', 'b', 'c', 'd']) {
      await trial.cache.get({ provider: 'p', headers: { 'x-session-id': session }, request });
      await settled();
    }
    expect(fieldsIn(trial)).toEqual(['headers.x-session-id']);
  });

  test('among the steps of an agent, which are not alike', async () => {
    const steps = ['Plan.', 'Search.', 'Answer.'];
    const { fields } = await reported(
      (round) => ({ prompt: steps[round % 3], metadata: { run_id: randomUUID() } }),
      9,
    );
    expect(fields).toEqual(['metadata.run_id']);
  });

  test('after many misses of other kinds', async () => {
    const { fields } = await reported(
      (round) => (round < 90 ? chat({ question: `${round} ?` }) : chat({ run: `u${round}` })),
      150,
    );
    expect(fields).toEqual(['run']);
  });

  test('and is not any more where it is ignored, because there are hits', async () => {
    const { cache, story } = startTrial();
    const ask = cachedLlmCall(async (_request: object) => 'answer', {
      ...{ cache, provider: 'mine', ignore: ['metadata.run_id'] },
    });
    for (const _round of [1, 2, 3, 4]) await ask(chat({ metadata: { run_id: randomUUID() } }));
    expect(story()).toEqual(['miss', 'stored', 'hit', 'hit', 'hit']);
  });
});

describe('nothing is reported', () => {
  test.each<readonly [string, Make]>([
    ['questions differ', (round) => ({ prompt: `Question ${round}?`, id: 'x' })],
    [
      'the last message differs',
      (round) => chat({ messages: [messages[0], { role: 'user', content: `What is ${round}?` }] }),
    ],
    ['texts under a name of the user differ', (round) => chat({ topic: `the sea, part ${round}` })],
    ['the temperature differs', (round) => chat({ temperature: round / 10 })],
    ['limits differ', (round) => chat({ max_tokens: 100 + round })],
    ['an id is all that is asked', (round) => ({ documentId: `doc-${round}` })],
    ['a document is named by its id', (round) => chat({ documentId: `doc-${round}` })],
    ['two fields differ', () => chat({ trace: randomUUID(), metadata: { run_id: randomUUID() } })],
    ['a field has two values', (round) => chat({ run: `u${round % 2}` })],
    ['requests are equal', () => chat({})],
    ['a field is sometimes there', (round) => chat(round % 2 === 0 ? {} : { run: `u${round}` })],
    [
      'a tool is described in other words',
      (round) => chat({ tools: [{ name: 'a', description: `It does ${round}.` }] }),
    ],
    [
      'the name of the field may be a text of the user',
      (round) => chat({ metadata: { [`+49 170 555 ${round}`]: randomUUID() } }),
    ],
    ['the request is a text', (round) => [`${round}`]],
    ['a request is described in words', (round) => chat({ request: `Give me ${round} examples` })],
  ])('where %s', async (_name, make) => {
    expect((await reported(make)).fields).toEqual([]);
  });
});

describe('a field that may name what is asked about is not reported', () => {
  test.each([
    ...['patientId', 'accountId', 'caseId', 'invoiceId', 'employee_id', 'flight_id', 'voter_id'],
    ...['isbn', 'orderNo', 'sku', 'parcel', 'vin', 'id', 'record_uuid'],
    ...['date', 'time', 'dueAt', 'user', 'city_id', 'repo', 'commit', 'seed', 'mark'],
  ])('%s', async (name) => {
    const prompt = 'Summarise the record.';
    const { fields } = await reported((round) => ({ prompt, [name]: `${round}1b2c3d4e5f6a7b8` }));
    const ids = await reported(() => ({ prompt, [name]: randomUUID() }));
    expect([...fields, ...ids.fields]).toEqual([]);
  });
});

test('a field of a request holds no text in its event, and no number of a person is taken for a name', async () => {
  const { events } = await reported((round) => chat({ session: `alice-${round}@example.com` }));
  expect(JSON.stringify(events)).not.toContain('alice');
  expect(JSON.stringify(events)).not.toContain('salty');
});

test('a request that cannot be read again costs the hint and no call', async () => {
  const many = Array.from({ length: 3_000 }, (_one, index) => ({ id: index }));
  const { fields, story } = await reported((round) => chat({ many, run: `u${round}` }));
  expect(fields).toEqual([]);
  expect(story().filter((name) => name === 'stored')).toHaveLength(4);
});
