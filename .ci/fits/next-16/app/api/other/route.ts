import { cachedLlmCall, defaultCache } from '@cached-llm/core';

export const dynamic = 'force-dynamic';

async function count(question: string) {
  return { question, text: 'counted' };
}

const cachedCount = cachedLlmCall(count, '1h');

/** What the other route did is seen here: both have the default cache. */
export async function GET() {
  const { hits } = defaultCache().stats();
  return Response.json({ hits, ...(await cachedCount('Why?')) });
}
