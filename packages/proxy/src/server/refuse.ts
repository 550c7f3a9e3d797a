import type { ServerResponse } from 'node:http';

/** Why a request is not served, as its client shows it. */
export interface Refusal {
  readonly status: number;
  /** A word for programs, such as `unknown_route`. */
  readonly code: string;
  /** What happened and what to do, without anything of a prompt or a credential. */
  readonly message: string;
}

/** The body of a refusal, in the form in which the SDKs show a message. */
const refusalText = ({ code, message }: Refusal) =>
  JSON.stringify({ error: { type: 'cached_llm_proxy', code, message } });

/** Writes a refusal, if nothing was written. No SDK tries such a request again, except where the upstream did not answer. */
export function refuse(response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const text = refusalText(refusal);
  response.writeHead(refusal.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...(refusal.status < 500 && { 'x-should-retry': 'false' }),
  });
  response.end(text);
}
