function isStream(response: unknown): response is AsyncIterable<unknown> {
  return typeof response === 'object' && response !== null && Symbol.asyncIterator in response;
}

/** Reads a stream that nobody else reads: what is not read to its end is not stored. */
export async function drained(response: unknown): Promise<void> {
  if (!isStream(response)) return;
  for await (const _chunk of response);
}
