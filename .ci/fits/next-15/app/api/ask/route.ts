import { defaultCache } from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import { OpenAI } from 'openai';

export const dynamic = 'force-dynamic';

const events: string[] = [];
for (const name of ['hit', 'miss', 'bypass'] as const)
  defaultCache().on(name, () => events.push(name));

export async function GET(request: Request) {
  const baseURL = `${process.env.OPENAI_URL}/v1`;
  const client = cachedOpenAI(new OpenAI({ apiKey: 'k', baseURL }));
  const { choices } = await client.chat.completions.create({
    model: 'm',
    messages: [{ role: 'user', content: new URL(request.url).searchParams.get('question') ?? '' }],
  });
  return Response.json({ text: choices[0]?.message.content, events });
}
