// A local server answers with recorded exchanges, so that a test uses real HTTP and no provider.
import { demoExchanges, startWireServer } from '@cached-llm/testing';
import { OpenAI } from 'openai';

const server = await startWireServer({ exchanges: Object.values(demoExchanges) });
const client = new OpenAI({ apiKey: 'none', baseURL: `${server.url}/v1` });

const { request } = demoExchanges.whyIsTheSeaSalty;
await client.chat.completions.create(request);
console.log(server.count, server.requests[0]?.path); // 1 /v1/chat/completions
await server.close(); // it also closes open connections
