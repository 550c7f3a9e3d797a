import { cachedFetch } from '@cached-llm/http';
import { cachedMistral, mistral } from '@cached-llm/mistral';
import {
  type AroundClient,
  answerCase,
  camelCased,
  describeWithFixtures,
  distinctFetchKeys,
  pairCase,
  type RecordedCase,
  recordedAnswers,
  recordedPairs,
  recordedTwice,
  type WireServer,
} from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { clientOf } from './wire.ts';

/** Calls the method for a recorded request. All of them are chat completions. */
async function ask(
  { request }: RecordedCase,
  { server, cache }: AroundClient<WireServer>,
): Promise<unknown> {
  const { chat } = cachedMistral(clientOf(server), { cache });
  const { tools, stream, ...rest } = request as { tools?: object[]; stream?: boolean };
  const typed = tools?.map((tool) => ({ type: 'function', ...tool })); // the SDK requires the type
  const asked = camelCased({ ...rest, tools: typed, stream }) as never; // it was recorded from the service
  return stream === true ? chat.stream(asked) : chat.complete(asked);
}

const unfitOf = recordedTwice(expect, ask);

const question = { model: 'mistral-test', messages: [{ role: 'user', content: 'Hi' }] };
const pairs = () => recordedPairs({ provider: 'mistral' }).map(pairCase);

describeWithFixtures({ describe, test }, 'recordings of the real service', () => {
  test('every recorded pair is requested once and served twice', async () => {
    const unfit = await unfitOf(pairs());
    expect(pairs()).toHaveLength(30);
    expect(unfit.length).toBeLessThan(4);
  });

  test('every recorded answer is requested once and served twice', async () => {
    const asked = (stream: boolean) => ({ path: '', request: { ...question, stream } });
    const cases = recordedAnswers('mistral').map((answer) => answerCase(answer, asked));
    expect(await unfitOf(cases)).toEqual([]);
    expect(cases).toHaveLength(7);
  });

  test('distinct requests have distinct keys, whatever the order of their fields', async () => {
    const parts = { expect, adapter: mistral, cachedFetch };
    expect(await distinctFetchKeys(parts, pairs())).toBeGreaterThan(20);
  });
});
