import type { DemoExchange } from './demo-exchange.ts';

/** The body of a request for embeddings in OpenAI's format, as far as the demo uses it. */
export interface EmbeddingsRequest {
  model: string;
  input: string[];
  dimensions: number;
  encoding_format: 'base64';
}

const vectors = [
  [0.5, -0.25, 0.125, 0.75, -0.0625, 0.25, 0.1875, -0.1875],
  [-0.375, 0.5, 0.25, -0.125, 0.625, 0.3125, -0.0625, 0.1875],
];

/** In base64, which the openai package asks for by itself, and decodes when the caller named no format. */
export const embeddings: DemoExchange<EmbeddingsRequest> = {
  name: 'embeddings',
  path: '/v1/embeddings',
  request: {
    model: 'text-embedding-3-small',
    input: ['a lighthouse keeper', 'a baker at four in the morning'],
    dimensions: 8,
    encoding_format: 'base64',
  },
  response: {
    headers: { 'x-request-id': 'req_demo_embeddings' },
    body: {
      object: 'list',
      data: vectors.map((vector, index) => ({
        object: 'embedding',
        index,
        embedding: base64OfFloats(vector),
      })),
      model: 'text-embedding-3-small',
      usage: { prompt_tokens: 12, total_tokens: 12 },
    },
  },
};

function base64OfFloats(vector: readonly number[]): string {
  return Buffer.from(new Float32Array(vector).buffer).toString('base64');
}
