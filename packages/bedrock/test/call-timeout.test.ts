import { until } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { cachedBedrock } from '../src/index.ts';
import type { BedrockAnswer } from './bedrock-server.ts';
import {
  converse,
  converseAnswer,
  converseEvents,
  converseStream,
  eventsOf,
  invoke,
  withWire,
} from './wire.ts';

const events = converseEvents();
const TIMED_OUT = { message: expect.stringContaining('callTimeout') };
// Both callers have to be under way before it ends, and the SDK takes long for its first requests on a busy machine.
const callTimeout = '500ms';

/** A provider whose first answer hangs, and whose later answers are whole. */
function hangingOnce(hanging: BedrockAnswer, whole: BedrockAnswer) {
  let asked = 0;
  return () => {
    asked += 1;
    return asked === 1 ? hanging : whole;
  };
}

type Trial = Parameters<Parameters<typeof withWire>[1]>[0];

/** Two callers of one call get the error, and nothing of the call is left. A later call has more time. */
async function expectBothTimeOut({ client, server, cache }: Trial, ask: () => Promise<unknown>) {
  cachedBedrock(client, { cache, callTimeout });
  const leading = expect(ask()).rejects.toMatchObject(TIMED_OUT);
  const following = expect(ask()).rejects.toMatchObject(TIMED_OUT);
  await Promise.all([leading, following]);
  expect(server.count).toBe(1);
  await until('no flight is left', () => cache.pipeline.flights.isEmpty);
  await until('the provider sees the abort', () => server.requests[0]?.aborted);
  cachedBedrock(client, { cache }); // a busy machine needs more time
}

describe('a provider that hangs', () => {
  test.each([
    ['before its headers', { silent: true }, converse],
    ['in the middle of its body', { body: Buffer.from('{"output":'), ending: 'hang' }, converse],
    [
      'in the middle of the bytes of InvokeModel',
      { body: Buffer.from('{"out'), ending: 'hang' },
      () => invoke({ prompt: 'q' }),
    ],
    [
      'before the headers of a batch of embeddings',
      { silent: true },
      () => invoke({ texts: ['a', 'b'] }, { modelId: 'cohere.embed-multilingual-v3' }),
    ],
  ] as const)(
    '%s: leader and follower get the error, and the key is free',
    async (_name, hanging, command) => {
      const answer = hangingOnce(hanging, { body: converseAnswer() });
      await withWire(answer, async (trial) => {
        const ask = () => trial.client.send(command() as never);
        await expectBothTimeOut(trial, ask);
        expect(await ask()).toBeDefined();
        expect(trial.server.count).toBe(2);
      });
    },
  );
});

describe('a ConverseStream that hangs', () => {
  test.each([
    ['before its headers', { silent: true }],
    ['before its first event', { events: [], ending: 'hang' }],
    ['in the middle', { events: events.slice(0, 2), ending: 'hang' }],
  ] as const)('%s: its readers get the error, and the key is free', async (_name, hanging) => {
    await withWire(hangingOnce(hanging, { events }), async (trial) => {
      const ask = () => eventsOf(trial.client, converseStream());
      await expectBothTimeOut(trial, ask);
      expect((await ask()).chunks).toEqual(events);
      expect(trial.server.count).toBe(2);
    });
  });
});
