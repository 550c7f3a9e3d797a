import { types } from 'node:util';
import {
  BedrockRuntimeClient,
  type BedrockRuntimeClientConfig,
  InvokeModelCommand,
} from '@aws-sdk/client-bedrock-runtime';
import {
  type CapturedResponse,
  decodeValue,
  encodeValue,
  type Fields,
  fieldsOf,
  type InstanceRules,
  isFields,
  Payload,
  type Provenance,
  type ResponseCodec,
  SdkInstance,
  type SharedResponse,
  ValueCodec,
  type ValueCodecOptions,
} from '@cached-llm/core/adapter';

/** A client that needs nothing from files or the environment, and whose every response is one byte. */
const OFFLINE: BedrockRuntimeClientConfig = {
  region: 'none',
  endpoint: 'http://127.0.0.1',
  credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  authSchemePreference: ['aws.auth#sigv4'],
  defaultsMode: 'standard',
  retryMode: 'standard',
  maxAttempts: 1,
  requestHandler: {
    handle: async () => ({ response: { statusCode: 200, headers: {}, body: new Uint8Array(1) } }),
  },
};

async function readBlobPrototype(): Promise<object> {
  const client = new BedrockRuntimeClient(OFFLINE);
  const { body } = await client.send(new InvokeModelCommand({ modelId: 'none', body: '{}' }));
  return Object.getPrototypeOf(body);
}

let blobPrototype: Promise<object> | undefined;

/** What is known of it, for those who cannot wait. */
let knownPrototype: object | undefined;

/** What gives InvokeModel's bytes their methods. The SDK does not export the class, but its objects show it. */
export function learnBlobPrototype(): Promise<object> {
  blobPrototype ??= readBlobPrototype().then((prototype) => {
    knownPrototype ??= prototype;
    return prototype;
  });
  return blobPrototype;
}

const RESPONSE = 'InvokeModelResponse';

/** For functions that return what `send` does: of InvokeModel's response the bytes are an instance. */
export const instances: InstanceRules = {
  write(response) {
    const { body } = fieldsOf(response);
    const isBlob = types.isUint8Array(body) && Object.getPrototypeOf(body) !== Uint8Array.prototype;
    if (!isBlob || Buffer.isBuffer(body)) return undefined;
    knownPrototype = Object.getPrototypeOf(body);
    return new SdkInstance(RESPONSE, { ...fieldsOf(response), body: new Uint8Array(body) });
  },
  read({ name, fields }) {
    if (name !== RESPONSE || !types.isUint8Array(fields.body))
      throw new TypeError('No such class.');
    if (knownPrototype === undefined) {
      learnBlobPrototype().catch(() => {}); // the next request finds it
      throw new TypeError('The class of the bytes is not known yet.');
    }
    return { ...fields, body: asBlob(fields.body, knownPrototype) };
  },
};

/** The same bytes, with the methods that the SDK gives them. */
export function asBlob(bytes: Uint8Array, prototype: object | undefined): Uint8Array {
  return prototype === undefined ? bytes : Object.setPrototypeOf(bytes, prototype);
}

export interface BedrockCodecOptions extends ValueCodecOptions {
  /** The field that is a stream, where there is one. */
  readonly streamField: string | undefined;
  /** The prototype of bytes that are a whole answer, where the command returns such bytes. */
  readonly blobPrototype: object | undefined;
}

function fieldsIn(value: unknown): Fields {
  if (isFields(value)) return value;
  throw new SyntaxError('A stored response has no fields.');
}

function encodeHead(head: Fields): string | undefined {
  try {
    return encodeValue(head);
  } catch {
    return undefined; // a middleware of the user added a value that has no text form
  }
}

/** Stores what the SDK returns: plain fields, bytes with methods of their own, and a field that is a stream. */
export class BedrockCodec implements ResponseCodec<Fields> {
  readonly #values: ValueCodec;
  readonly #options: BedrockCodecOptions;

  constructor(options: BedrockCodecOptions) {
    this.#values = new ValueCodec(options);
    this.#options = options;
  }

  async capture(response: Fields): Promise<CapturedResponse<Fields>> {
    const { streamField } = this.#options;
    if (streamField !== undefined) return this.#captureStream(response, streamField);
    const { body } = response;
    const plain = types.isUint8Array(body) ? { ...response, body: new Uint8Array(body) } : response;
    return { ...(await this.#values.capture(plain)), response };
  }

  restore(captured: SharedResponse, provenance: Provenance): Fields {
    if (captured.kind === 'response') return this.#restoreWhole(captured.payload);
    if (captured.kind === 'recording')
      return this.#restoreStream(String(captured.head), captured, provenance);
    const { text } = captured.payload;
    const end = text.indexOf('\n');
    const payload = new Payload(text.slice(end + 1));
    return this.#restoreStream(text.slice(0, end), { kind: 'stream', payload }, provenance);
  }

  /** The first line holds what came beside the stream. The stream is in the lines below it. */
  packStream(texts: readonly string[], head: unknown): string {
    return `${head}\n${this.#values.packStream(texts)}`;
  }

  async #captureStream(response: Fields, streamField: string): Promise<CapturedResponse<Fields>> {
    const { [streamField]: chunks, ...rest } = response;
    const head = encodeHead(rest);
    if (head === undefined) return { response, verdict: { rejection: 'unencodable' } };
    const { shared, verdict } = await this.#values.capture(chunks);
    if (shared?.kind !== 'recording') return { response, verdict: { rejection: 'incomplete' } };
    return { response, verdict, shared: { ...shared, head } };
  }

  #restoreWhole(payload: Payload): Fields {
    const response = fieldsIn(payload.decode());
    const { body } = response;
    if (types.isUint8Array(body)) asBlob(body, this.#options.blobPrototype);
    return response;
  }

  #restoreStream(head: string, captured: SharedResponse, provenance: Provenance): Fields {
    const { streamField = '' } = this.#options;
    const chunks = this.#values.restore(captured, provenance);
    return { ...fieldsIn(decodeValue(head)), [streamField]: chunks };
  }
}
