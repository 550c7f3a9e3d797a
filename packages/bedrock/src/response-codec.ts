import { types } from 'node:util';
import {
  type Capture,
  type Captured,
  decodeValue,
  encodeValue,
  type Fields,
  isFields,
  Payload,
  type Provenance,
  type ResponseCodec,
  ValueCodec,
  type ValueCodecOptions,
} from '@cached-llm/core';

export interface BedrockCodecOptions extends ValueCodecOptions {
  /** The field that holds the stream, where there is one. */
  readonly streamField: string | undefined;
  /** Of the bytes that are a whole answer, where there are such. */
  readonly blobPrototype: object | undefined;
}

/** What the SDK gives: plain fields, bytes with methods of their own, and a field that is a stream. */
export class BedrockCodec implements ResponseCodec<Fields> {
  readonly #values: ValueCodec;
  readonly #options: BedrockCodecOptions;

  constructor(options: BedrockCodecOptions) {
    this.#values = new ValueCodec(options);
    this.#options = options;
  }

  capture(response: Fields): Capture<Fields> {
    const { streamField } = this.#options;
    if (streamField !== undefined) return this.#captureStream(response, streamField);
    const { body } = response;
    const plain = types.isUint8Array(body) ? { ...response, body: new Uint8Array(body) } : response;
    return { ...this.#values.capture(plain), response };
  }

  restore(captured: Captured, provenance: Provenance): Fields {
    const { streamField = '' } = this.#options;
    if (captured.kind === 'response') return this.#restoreBytes(captured.payload.decode());
    if (captured.kind === 'recording') {
      const chunks = this.#values.restore(captured, provenance);
      return { ...headIn(String(captured.head)), [streamField]: chunks };
    }
    const { text } = captured.payload;
    const end = text.indexOf('\n');
    const payload = new Payload(text.slice(end + 1));
    const chunks = this.#values.restore({ kind: 'stream', payload }, provenance);
    return { ...headIn(text.slice(0, end)), [streamField]: chunks };
  }

  /** What came beside the stream in one line, and under it the stream. */
  pack(texts: readonly string[], head: unknown): string {
    return `${head}\n${this.#values.pack(texts)}`;
  }

  #captureStream(response: Fields, streamField: string): Capture<Fields> {
    const { [streamField]: chunks, ...rest } = response;
    const head = headText(rest);
    if (head === undefined) return { response, facts: { rejection: 'unencodable' } };
    const { captured, facts } = this.#values.capture(chunks);
    if (captured?.kind !== 'recording') return { response, facts: { rejection: 'incomplete' } };
    return { response, facts, captured: { ...captured, head } };
  }

  #restoreBytes(value: unknown): Fields {
    const response = fieldsIn(value);
    const { blobPrototype } = this.#options;
    if (blobPrototype !== undefined && types.isUint8Array(response.body)) {
      Object.setPrototypeOf(response.body, blobPrototype);
    }
    return response;
  }
}

function fieldsIn(value: unknown): Fields {
  if (isFields(value)) return value;
  throw new SyntaxError('A stored response has no fields.');
}

const headIn = (text: string) => fieldsIn(decodeValue(text));

function headText(head: Fields): string | undefined {
  try {
    return encodeValue(head);
  } catch {
    return undefined; // middleware put something there that no store can keep
  }
}
