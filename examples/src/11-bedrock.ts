// The AWS Bedrock client is wired in place. A repeated call sends no request and needs no credentials.
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { cachedBedrock } from '@cached-llm/bedrock';
import { createLlmCache } from '@cached-llm/core';

const cache = createLlmCache({ ttl: '1d' });
const client = cachedBedrock(new BedrockRuntimeClient(), { cache });

const question = {
  modelId: 'amazon.nova-lite-v1:0',
  messages: [{ role: 'user' as const, content: [{ text: 'Why is the sea salty?' }] }],
};

for (const round of [1, 2]) {
  const { output, usage } = await client.send(new ConverseCommand(question));
  console.log(round, output?.message?.content?.[0]?.text, usage?.totalTokens);
}

const { hits, misses } = cache.stats();
console.log({ hits, misses });
client.destroy();
