import Anthropic from '@anthropic-ai/sdk';
import { cachedAnthropic } from '@cached-llm/anthropic';
import { serverSentEvents, startWireServer, type WireServer, wireTrial } from '@cached-llm/testing';

/** A client as an application makes it, against a server on this machine. */
export function clientOf({ url }: Pick<WireServer, 'url'>, options = {}): Anthropic {
  return new Anthropic({ apiKey: 'sk-ant-test-secret', baseURL: url, maxRetries: 0, ...options });
}

/** Runs a test with a cached client. */
export const withWire = wireTrial(startWireServer, ({ server, cache }) =>
  cachedAnthropic(clientOf(server), { cache }),
);

export const question = {
  model: 'claude-test',
  max_tokens: 64,
  messages: [{ role: 'user' as const, content: 'Why is the sea salty?' }],
};

export const message = (fields: object = {}) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-test',
  content: [{ type: 'text', text: 'Rivers bring salt.' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 5, cache_read_input_tokens: 2, output_tokens: 3 },
  ...fields,
});

export const json = (body: unknown, headers = {}) => ({ status: 200, headers, body });

const DELTAS = ['Rivers ', 'bring ', 'salt. ', '🌊'];

export interface Event {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The events of a streamed message, in the provider's order. */
export const events = (stopReason = 'end_turn'): readonly Event[] => [
  { type: 'message_start', message: message({ content: [], stop_reason: null }) },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'ping' },
  ...DELTAS.map((text) => ({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'text_delta', text },
  })),
  { type: 'content_block_stop', index: 0 },
  {
    type: 'message_delta',
    delta: { stop_reason: stopReason, stop_sequence: null },
    usage: { output_tokens: 7 },
  },
  { type: 'message_stop' },
];

export const sse = (list: readonly Event[]) => ({
  kind: 'sse' as const,
  headers: { 'request-id': 'req_stream' },
  body: serverSentEvents(list.map((data) => ({ event: data.type, data }))),
});
