import { chatCompletion } from './chat-completion.ts';

export const whyIsTheSeaSalty = chatCompletion({
  name: 'why-is-the-sea-salty',
  question: 'Why is the sea salty? One sentence, please.',
  message: {
    content:
      'Rain slowly dissolves minerals out of rock, rivers carry them to the sea, and the water that evaporates leaves them behind.',
  },
  tokens: { prompt: 17, completion: 26 },
});

export const nameForABakery = chatCompletion({
  name: 'name-for-a-bakery',
  question: 'Suggest a name for a bakery that opens at four in the morning.',
  message: { content: 'The Early Crust' },
  tokens: { prompt: 20, completion: 4 },
});

/** Has characters of two, three and four bytes, for streams and stores that count bytes. */
export const greetingInThreeLanguages = chatCompletion({
  name: 'greeting-in-three-languages',
  question: 'Say good morning in Czech, Japanese and emoji.',
  message: { content: 'Dobré ráno · おはようございます · 🌅👋' },
  tokens: { prompt: 16, completion: 19 },
});
