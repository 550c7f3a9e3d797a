import { control, createLlmCache, infoOf } from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import { OpenAI } from 'openai';

const cache = createLlmCache({ store: 'sqlite:./llm.db', ttl: '30d' });
const client = cachedOpenAI(new OpenAI(), { cache });

export default class CachedProvider {
  constructor({ id, config = {} }) {
    this.model = config.model ?? 'gpt-4o-mini';
    this.name = id ?? `cached:${this.model}`;
  }

  id() {
    return this.name;
  }

  async callApi(prompt, { repeatIndex = 0 } = {}) {
    const answer = await client.chat.completions.create(
      { model: this.model, temperature: 1, messages: [{ role: 'user', content: prompt }] },
      { headers: control({ sample: repeatIndex }) },
    );
    const { total_tokens: total, prompt_tokens: sent, completion_tokens: got } = answer.usage ?? {};
    return {
      output: answer.choices[0]?.message.content ?? '',
      cached: infoOf(answer)?.outcome === 'hit',
      tokenUsage: { total, prompt: sent, completion: got },
    };
  }
}
