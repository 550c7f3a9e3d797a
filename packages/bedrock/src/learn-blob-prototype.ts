import {
  BedrockRuntimeClient,
  type BedrockRuntimeClientConfig,
  InvokeModelCommand,
} from '@aws-sdk/client-bedrock-runtime';

let learnt: Promise<object> | undefined;

/** Answers with one byte, here. */
const requestHandler = {
  handle: async () => ({ response: { statusCode: 200, headers: {}, body: new Uint8Array(1) } }),
};

/** Says all that the SDK would look up in files and in the environment. */
const config: BedrockRuntimeClientConfig = {
  region: 'none',
  endpoint: 'http://127.0.0.1',
  credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  authSchemePreference: ['aws.auth#sigv4'],
  defaultsMode: 'standard',
  retryMode: 'standard',
  maxAttempts: 1,
  requestHandler,
};

async function learn(): Promise<object> {
  const client = new BedrockRuntimeClient(config);
  const { body } = await client.send(new InvokeModelCommand({ modelId: 'none', body: '{}' }));
  return Object.getPrototypeOf(body);
}

/** What gives InvokeModel's bytes their methods: the SDK keeps the class to itself, but not its objects. */
export function learnBlobPrototype(): Promise<object> {
  learnt ??= learn();
  return learnt;
}
