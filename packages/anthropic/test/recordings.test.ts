import type Anthropic from '@anthropic-ai/sdk';
import { anthropic, cachedAnthropic } from '@cached-llm/anthropic';
import { createLlmCache } from '@cached-llm/core';
import {
  answerCase,
  coveredBy,
  describeWithFixtures,
  distinctKeys,
  oneByOne,
  pairCase,
  type RecordedCase,
  recordedAnswers,
  recordedPairs,
  recordedTwice,
  startRecorded,
  startWireServer,
} from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { clientOf } from './wire.ts';

interface Case extends RecordedCase {
  readonly beta?: string | undefined;
}

/** The method that an application calls for a recorded request. */
function ask(client: Anthropic, { path, beta, request }: Case): PromiseLike<unknown> {
  const headers = beta === undefined ? {} : { 'anthropic-beta': beta };
  const body = request as never; // as it was recorded, because some fields are older than the types
  if (path.includes('count_tokens')) return client.messages.countTokens(body, { headers });
  if (!path.includes('beta=true')) return client.messages.create(body, { headers });
  return client.beta.messages.create(body, { headers, query: { beta: 'true' } });
}

const unfitOf = recordedTwice<Case>(expect, (recorded, { server, cache }) =>
  ask(cachedAnthropic(clientOf(server), { cache, admit: { 'hosted-tool': true } }), recorded),
);

const pairs = () =>
  recordedPairs({ provider: 'anthropic' }).map(
    (pair): Case => ({ ...pairCase(pair), beta: pair.requestHeaders['anthropic-beta'] }),
  );

const answers = () =>
  recordedAnswers('anthropic', '').flatMap((answer) => oneByOne(answer, /^message_stop$/));

const messages = [{ role: 'user', content: 'Why is the sea salty?' }];
const asked = (stream: boolean) => ({
  path: '/v1/messages',
  request: { model: 'claude-test', max_tokens: 9, messages, stream },
});

describeWithFixtures({ describe, test }, 'recordings of the real service', () => {
  test('every recorded pair is requested once and served twice', async () => {
    const unfit = await unfitOf(pairs());
    expect(pairs().length).toBeGreaterThan(180);
    expect(unfit.length).toBeLessThan(pairs().length / 10);
  });

  test('every recorded answer is requested once and served twice', async () => {
    await unfitOf(answers().map((answer) => answerCase(answer, asked)));
    expect(answers().length).toBeGreaterThan(30);
  });

  test('distinct requests have distinct keys, whatever the order of their fields', async () => {
    const server = await startWireServer({ answer: () => ({ body: { input_tokens: 1 } }) });
    const cache = createLlmCache();
    const client = cachedAnthropic(clientOf(server), { cache });
    const covered = coveredBy(anthropic.ignore);
    const parts = {
      expect,
      cache,
      ask: (recorded: Case) => ask(client, recorded),
      textOf: (recorded: Case) => `${recorded.beta} ${covered(recorded)}`,
    };
    expect(await distinctKeys(parts, pairs())).toBeGreaterThan(160);
    await server.close();
  });

  test('a stream is assembled into the message that the SDK itself assembles', async () => {
    for (const answer of answers()) {
      if (answer.kind === 'json') continue;
      const recorded = answerCase(answer, asked);
      const server = await startRecorded(recorded);
      const final = await clientOf(server)
        .beta.messages.stream(recorded.request as never)
        .finalMessage();
      await server.close();
      const { parsed_output: _addedBySdk, ...message } = JSON.parse(JSON.stringify(final));
      expect([answer.name, anthropic.stream.assemble(answer.events)]).toEqual([
        answer.name,
        message,
      ]);
    }
  });
});
