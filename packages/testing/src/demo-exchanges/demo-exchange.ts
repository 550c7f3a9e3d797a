import type { Exchange, ExchangeResponse } from '../wire-server/index.ts';

/** An exchange whose request can be passed to the provider's SDK as it is. */
export interface DemoExchange<Request> extends Exchange {
  readonly request: Request;
}

/** When all demo answers were made, in seconds since 1970: 2026-03-02T09:30:00Z. */
export const demoCreatedAt = 1_772_443_800;
export const demoModel = 'gpt-4.1-mini';
export const demoModelVersion = 'gpt-4.1-mini-2025-04-14';

/** The body of a chat completion in OpenAI's format, as far as the demo uses it. */
export interface ChatRequest {
  model: string;
  messages: { role: 'system' | 'user'; content: string }[];
  temperature?: number;
  max_completion_tokens?: number;
}

/** The parts of a hand-written chat completion that differ from one to the next. */
interface ChatScript {
  readonly name: string;
  readonly question: string;
  /** What the request holds besides the question. @default nothing */
  readonly limits?: Pick<ChatRequest, 'max_completion_tokens'>;
  /** The assistant's message, or the part of it that differs from a plain text. */
  readonly message: { readonly content: string | null; readonly [field: string]: unknown };
  /** @default 'stop' */
  readonly finishReason?: string;
  readonly tokens: { readonly prompt: number; readonly completion: number };
}

function chatRequest(question: string): ChatRequest {
  return { model: demoModel, messages: [{ role: 'user', content: question }], temperature: 0 };
}

export function chatExchange(
  name: string,
  question: string,
  response: ExchangeResponse,
): DemoExchange<ChatRequest> {
  return { name, path: '/v1/chat/completions', request: chatRequest(question), response };
}

export function chatCompletion(script: ChatScript): DemoExchange<ChatRequest> {
  const { name, question, limits } = script;
  const headers = { 'x-request-id': `req_demo_${name}`, 'openai-processing-ms': '412' };
  const exchange = chatExchange(name, question, { headers, body: completionBody(script) });
  return { ...exchange, request: { ...exchange.request, ...limits } };
}

export function usage(prompt: number, completion: number) {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function completionBody({ name, message, finishReason = 'stop', tokens }: ChatScript) {
  return {
    id: `chatcmpl-demo-${name}`,
    object: 'chat.completion',
    created: demoCreatedAt,
    model: demoModelVersion,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', refusal: null, annotations: [], ...message },
        logprobs: null,
        finish_reason: finishReason,
      },
    ],
    usage: usage(tokens.prompt, tokens.completion),
    service_tier: 'default',
    system_fingerprint: 'fp_demo000001',
  };
}
