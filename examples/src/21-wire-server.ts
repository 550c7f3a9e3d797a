// Test against real HTTP without a provider: a server that speaks recorded exchanges.
import { demoExchanges, startWireServer } from '@cached-llm/testing';
import { OpenAI } from 'openai';

const server = await startWireServer({ exchanges: Object.values(demoExchanges) });
const client = new OpenAI({ apiKey: 'none', baseURL: `${server.url}/v1` });

const { request } = demoExchanges.whyIsTheSeaSalty;
await client.chat.completions.create(request);
console.log(server.count, server.requests[0]?.path); // 1 /v1/chat/completions
await server.close(); // ends open connections too
