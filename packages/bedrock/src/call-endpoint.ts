import { type CallEndpoint, type Fields, fieldsOf } from '@cached-llm/core/adapter';

/** Fields of a body that only an embedding model takes: Cohere's, Amazon's multimodal Titan, and Nova's. */
const EMBEDDED = ['texts', 'images', 'inputs', 'inputImage', 'embeddingConfig'] as const;

/** What a body asks for; nothing for a picture. The path of InvokeModel is the same for every kind of model. */
function operationOf(body: Fields): string | undefined {
  const isTitanText = 'inputText' in body && !('textGenerationConfig' in body);
  const isNova = /EMBEDDING$/.test(String(body.taskType));
  if (isTitanText || isNova || EMBEDDED.some((field) => field in body)) return 'embeddings';
  if ('taskType' in body) return undefined;
  if ('query' in body && 'documents' in body) return 'rerank';
  return 'messages' in body || !('prompt' in body || 'inputText' in body)
    ? 'chat'
    : 'text_completion';
}

function partsIn(endpoint: string): readonly unknown[] {
  const parts: unknown = JSON.parse(endpoint);
  return Array.isArray(parts) ? parts : [];
}

/** The host of a region, where the client has no endpoint of its own: docs.aws.amazon.com/general/latest/gr/bedrock.html. */
function hostOf(endpoint: string): Pick<CallEndpoint, 'address' | 'port'> {
  const [region, isFips, isDualStack, own] = partsIn(endpoint);
  const { hostname, port, protocol } = fieldsOf(own);
  const isPlain = protocol === 'http:';
  if (typeof hostname === 'string')
    return { address: hostname, port: Number(port ?? (isPlain ? 80 : 443)) };
  const domain = isDualStack === true ? 'api.aws' : 'amazonaws.com';
  const suffix = String(region).startsWith('cn-') ? '.cn' : '';
  const service = isFips === true ? 'bedrock-runtime-fips' : 'bedrock-runtime';
  return { address: `${service}.${region}.${domain}${suffix}`, port: 443 };
}

interface Asked {
  readonly operation: string;
  readonly endpoint: string;
  /** Its body is read. */
  readonly request: unknown;
}

/** What a command asks for, and of which host. */
export function callEndpoint({ operation, endpoint, request }: Asked): CallEndpoint {
  const isInvoke = operation === 'InvokeModel';
  const asked = isInvoke ? operationOf(fieldsOf(fieldsOf(request).body)) : 'chat';
  return { operation: asked, ...hostOf(endpoint) };
}
