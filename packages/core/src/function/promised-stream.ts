import { passOrigin } from '../pipeline/index.ts';

type Reader = AsyncGenerator<unknown, unknown, unknown>;

async function* chunksIn(open: () => Promise<unknown>): Reader {
  return yield* (await open()) as AsyncIterable<unknown>; // what the types of the function say
}

/** Reads the stream that a call promises. The call begins when the first chunk is asked for. */
export function readerOf(call: () => Promise<unknown>): Reader {
  const reader = chunksIn(async () => {
    const stream = await call();
    passOrigin(stream, reader);
    return stream;
  });
  return reader;
}

/** Those of promises that are read as streams. */
const readers = new WeakMap<object, Reader>();

function ownReader(promised: Promise<unknown>): Reader {
  const known = readers.get(promised);
  if (known !== undefined) return known;
  const reader = chunksIn(async () => {
    passOrigin(await promised, promised); // it is all that the caller has of the stream
    return promised;
  });
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

const reading: Pick<Reader, 'next' | 'return' | 'throw'> & ThisType<Promise<unknown>> = {
  next(...sent) {
    return ownReader(this).next(...sent);
  },
  return(value) {
    return ownReader(this).return(value);
  },
  throw(error) {
    return ownReader(this).throw(error);
  },
};

function iterate(this: Promise<unknown>): Reader {
  return ownReader(this);
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
