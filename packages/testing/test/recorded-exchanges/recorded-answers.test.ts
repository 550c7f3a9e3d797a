import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  answerAsServerSentEvents,
  type RecordedStream,
  recordedAnswers,
} from '../../src/recorded-exchanges/recorded-answers.ts';
import { describeWithFixtures } from '../../src/recorded-exchanges/recordings-folder.ts';
import { splitServerSentEvents } from '../../src/wire-server/server-sent-events.ts';

function stream(provider: string, ...events: unknown[]): RecordedStream {
  const lines = events.map((event) => JSON.stringify(event));
  return { name: 'hand', provider, sub: '', kind: 'stream', events, lines };
}

describe('a recorded stream as server-sent events', () => {
  test('ends with [DONE] where the provider has the chat completions API', () => {
    expect(answerAsServerSentEvents(stream('groq', { a: 1 }))).toBe(
      'data: {"a":1}\n\ndata: [DONE]\n\n',
    );
  });

  test('names each event for Anthropic and Cohere', () => {
    const text = answerAsServerSentEvents(stream('anthropic', { type: 'ping' }));
    expect(text).toBe('event: ping\ndata: {"type":"ping"}\n\n');
  });

  test('has no terminal event for Google', () => {
    expect(answerAsServerSentEvents(stream('google', { a: 1 }))).toBe('data: {"a":1}\n\n');
  });

  test('names each event and has no [DONE] for the Responses API of any provider', () => {
    const text = answerAsServerSentEvents(stream('openai', { type: 'response.completed' }));
    expect(text).toBe('event: response.completed\ndata: {"type":"response.completed"}\n\n');
  });

  test('is refused for a provider with another framing', () => {
    const bedrock = stream('amazon-bedrock', { messageStop: {} });
    expect(() => answerAsServerSentEvents(bedrock)).toThrow('amazon-bedrock is not recorded as');
  });
});

describeWithFixtures({ describe, test }, 'the recorded answers', (folder) => {
  const providers = readdirSync(join(folder, 'wire-vercel-ai'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  test('are those of one sub folder, of the provider itself, or of all', () => {
    const subs = (sub?: string) =>
      new Set(recordedAnswers('google', sub).map((answer) => answer.sub));
    expect(subs('interactions')).toEqual(new Set(['interactions']));
    expect(subs('')).toEqual(new Set(['']));
    expect(subs().size).toBeGreaterThan(2);
  });

  test('can be parsed: 206 of 25 providers', () => {
    const answers = providers.flatMap((provider) => recordedAnswers(provider));
    const streams = answers.filter(({ kind }) => kind === 'stream');
    process.stderr.write(
      `recorded answers: ${answers.length}, of them ${streams.length} streams\n`,
    );
    expect([providers.length, answers.length]).toEqual([25, 206]);
  });

  test('can be framed event by event, except the streams of Bedrock', () => {
    const streams = providers
      .flatMap((provider) => recordedAnswers(provider))
      .filter((answer): answer is RecordedStream => answer.kind === 'stream')
      .filter(({ provider }) => provider !== 'amazon-bedrock');
    for (const answer of streams) {
      const text = answerAsServerSentEvents(answer);
      const sentinel = text.endsWith('data: [DONE]\n\n') ? 1 : 0;
      expect(splitServerSentEvents(text)).toHaveLength(answer.lines.length + sentinel);
      expect(text).not.toMatch(/^event: $/m);
    }
  });
});
