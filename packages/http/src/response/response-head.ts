/** Status and headers of an answer, as far as they are worth keeping. */
export interface ResponseHead {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What describes the bytes on the wire, which are decoded by now. */
const FRAMING = /^(content-(encoding|length)|transfer-encoding)$/;

/** The caller's own, whatever the answer. */
const PRIVATE = /^(set-cookie|connection|keep-alive)$/;

/** True of the moment or of the account, and false of a body that is read again. */
const TRANSIENT =
  /^(date|age|retry-after.*|x-should-retry|(x-|anthropic-)?rate-?limit.*|alt-svc|cf-.*|via|server|report-to|nel|strict-transport-security)$/;

/** What of it may be given to others, and to later callers. A failure has none, and its moment is theirs. */
export function headOf(response: Response): ResponseHead {
  const dropped = response.ok ? [FRAMING, PRIVATE, TRANSIENT] : [FRAMING, PRIVATE];
  const kept = [...response.headers].filter(
    ([name]) => !dropped.some((pattern) => pattern.test(name)),
  );
  const { status, statusText } = response;
  return { status, statusText, headers: Object.fromEntries(kept) };
}

/** The leader's own: all but the framing. */
export function liveHeaders(response: Response): Headers {
  const headers = new Headers(response.headers);
  for (const name of response.headers.keys()) if (FRAMING.test(name)) headers.delete(name);
  return headers;
}
