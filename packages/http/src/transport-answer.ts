import { type AnswerInfo, infoOf } from '@cached-llm/core';
import type { ReceivedRequest } from './request/index.ts';
import type {
  ByteSource,
  Content,
  LiveResponse,
  MadeHead,
  ResponseForm,
} from './response/index.ts';

/** A call whose answer is not at hand, as far as it is known before there is one. */
export interface AwaitedCall {
  /** It bypasses the cache. */
  readonly isBypass: boolean;
  readonly key: string | undefined;
  readonly model: string | undefined;
}

/** A POST that a server received, and how it goes on to its upstream. */
export interface TransportRequest extends ReceivedRequest {
  /** Whose entries it may have, such as a digest of its credential. A scope in its headers is within this one. @default that of the cache */
  readonly scope?: string | undefined;
  /** Sends this body with the headers of the request. Without a signal nothing ends the call but its caller. */
  send(body: Uint8Array | string, signal: AbortSignal | undefined): Promise<LiveResponse>;
  /** Is called before the answer is waited for. The client may leave meanwhile, or the call may fail. */
  onWait?(call: AwaitedCall): void;
}

/** An answer for one caller, as a server writes it. */
export interface TransportAnswer extends MadeHead {
  /** `null` is no body, and a source of bytes passes as it comes. */
  readonly content: Content | ByteSource | null;
  /** `hit`, `stale`, `miss`, `collapsed`, `bypass`, `partial` of a batch, or `replay-miss`. */
  readonly outcome: string;
  /** What became of the request. Undefined for what no call of the pipeline answered. */
  readonly info: AnswerInfo | undefined;
  /** The model that was asked. */
  readonly model: string | undefined;
}

/** A response of a server: one that its upstream gave, or one that is made of a stored answer. */
export type Made = Pick<TransportAnswer, 'status' | 'statusText' | 'headers' | 'content'>;

const isSuccess = (status: number) => status >= 200 && status < 300;

/** The responses of a server. One that is read is always one that `send` gave. */
export const serverForm: ResponseForm<Made> = {
  live: ({ status, statusText, headers, content }) =>
    ({ status, statusText, ok: isSuccess(status), headers, body: content }) as LiveResponse, // as `send` gave it
  liveHeaders: ({ headers }) => headers as LiveResponse['headers'], // likewise
  make: (content, { status, statusText, headers }) => ({ status, statusText, headers, content }),
};

export const madeOf = ({ status, statusText, headers, body: content }: LiveResponse): Made => ({
  status,
  statusText,
  headers,
  content,
});

export function answerOf(response: Made, model: string | undefined): TransportAnswer {
  const info = infoOf(response);
  const outcome = info?.collapsed === true ? 'collapsed' : (info?.outcome ?? 'bypass');
  const { status, statusText, headers, content } = response;
  return { status, statusText, headers, content, outcome, info, model };
}
