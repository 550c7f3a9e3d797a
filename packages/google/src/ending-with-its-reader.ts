const isStream = ({ headers }: Response) =>
  headers.get('content-type')?.startsWith('text/event-stream') === true;

/**
 * The SDK lets go of a stream that its caller leaves, and does not end it: the provider would go on, and
 * whoever asks the same would wait for a stream that nobody reads. Here letting go ends it.
 */
export function endingWithItsReader(response: Response): Response {
  const { body } = response;
  if (body === null || !isStream(response)) return response;
  const getReader = () => {
    const reader = new ReadableStreamDefaultReader<Uint8Array>(body);
    const releaseLock = () => {
      reader.cancel().catch(() => {}); // broken off already
      ReadableStreamDefaultReader.prototype.releaseLock.call(reader);
    };
    return Object.defineProperty(reader, 'releaseLock', { value: releaseLock });
  };
  Object.defineProperty(body, 'getReader', { value: getReader, configurable: true });
  return response;
}
