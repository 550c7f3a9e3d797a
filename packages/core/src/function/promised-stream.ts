type Reader = AsyncGenerator<unknown, unknown, unknown>;

/** Reads a stream that is promised. */
export async function* chunksIn(stream: unknown): Reader {
  return yield* (await stream) as AsyncIterable<unknown>; // what the types of the function say
}

/** Those of promises that are read as streams. */
const readers = new WeakMap<object, Reader>();

function readerOf(promised: object): Reader {
  const reader = readers.get(promised) ?? chunksIn(promised);
  readers.set(promised, reader);
  return reader;
}

/** A promise that can also be read as the stream that it promises. */
type PromisedStream = Promise<unknown> & {
  next?: Reader['next'];
  return?: Reader['return'];
  throw?: Reader['throw'];
  [Symbol.asyncIterator]?: () => Reader;
};

const reading: Pick<Reader, 'next' | 'return' | 'throw'> & ThisType<object> = {
  next(...sent) {
    return readerOf(this).next(...sent);
  },
  return(value) {
    return readerOf(this).return(value);
  },
  throw(error) {
    return readerOf(this).throw(error);
  },
};

function iterate(this: object): Reader {
  return readerOf(this);
}

/**
 * Makes a promise readable as a stream. Before a function is called that is neither async nor a generator, nothing says
 * whether it promises a response or returns a stream at once.
 */
export function withReading(promised: PromisedStream): unknown {
  promised.next = reading.next; // Object.assign would take as long as a tenth of a hit
  promised.return = reading.return;
  promised.throw = reading.throw;
  promised[Symbol.asyncIterator] = iterate;
  return promised;
}
