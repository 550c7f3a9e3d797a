import { isLlmCacheError } from '@cached-llm/core';
import { NetworkProxyFailure, NotCalled } from '../forward/index.ts';
import type { Refusal } from './refuse.ts';

/** No SDK tries again after this status, and none reads another meaning into it. */
const NOT_CALLED = { status: 406, code: 'not_recorded' };

/** The codes of Node.js for a certificate that it does not accept. */
const OF_CERTIFICATE = /CERT|^UNABLE_TO_/;

/** The codes of Node.js for bytes that are not what their encoding says. */
const OF_ENCODING = /^Z_|BROTLI|ZSTD/;

const damaged = (code: string): Refusal => ({
  status: 502,
  code: 'upstream_damaged',
  message: `The answer of the upstream cannot be decoded (${code}). Ask again, or send the header accept-encoding: identity.`,
});

/** The codes of Node.js for what is no HTTP/1.1: the frames of HTTP/2, and a handshake that allows nothing else. */
const OF_PROTOCOL = /^HPE_|NO_APPLICATION_PROTOCOL/;

const otherProtocol = (code: string): Refusal => ({
  status: 502,
  code: 'upstream_protocol',
  message: `The upstream does not speak HTTP/1.1 (${code}), and the proxy speaks nothing else. Name a URL of it that does, such as that of a gateway before it.`,
});

function unreachable(code: string): Refusal {
  const what = `The upstream cannot be reached (${code}).`;
  const remedy = OF_CERTIFICATE.test(code)
    ? 'Name the file with the certificate of its authority in NODE_EXTRA_CA_CERTS, and start the proxy again.'
    : 'Check its URL, and the connection of this machine.';
  return { status: 502, code: 'upstream_unreachable', message: `${what} ${remedy}` };
}

/** What is said to a client whose request came to no answer. */
export function failure(error: unknown): Refusal {
  const { code = 'no answer', message } = error as NodeJS.ErrnoException; // an error of Node.js has a code
  if (error instanceof NotCalled) return { ...NOT_CALLED, message };
  if (error instanceof NetworkProxyFailure) return { status: 502, code: 'network_proxy', message };
  if (isLlmCacheError(error, 'CALL_TIMEOUT'))
    return { status: 504, code: 'upstream_timeout', message };
  if (OF_PROTOCOL.test(code)) return otherProtocol(code);
  return OF_ENCODING.test(code) ? damaged(code) : unreachable(code);
}
