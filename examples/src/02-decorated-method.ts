// A method of your own class is cached in place. `key` names what the answer depends on besides the arguments.
import { CachedLLM, createLlmCache } from '@cached-llm/core';
import { OpenAI } from 'openai';

const cache = createLlmCache({ namespace: 'support' });

class Assistant {
  readonly #client = new OpenAI();
  readonly persona: string;

  constructor(persona: string) {
    this.persona = persona;
  }

  @CachedLLM({
    ttl: '1h',
    cache,
    key(this: Assistant, question: string) {
      return { persona: this.persona, question };
    },
  })
  async ask(question: string): Promise<string> {
    const { choices } = await this.#client.chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [
        { role: 'system', content: this.persona },
        { role: 'user', content: question },
      ],
    });
    return choices[0]?.message.content ?? '';
  }
}

const pirate = new Assistant('You are a pirate.');
console.log(await pirate.ask('Who are you?'));
console.log(await new Assistant('You are a pirate.').ask('Who are you?')); // hit: the same persona
console.log(await new Assistant('You are a poet.').ask('Who are you?')); // miss: another persona
const { hits, misses } = cache.stats();
console.log({ hits, misses });
