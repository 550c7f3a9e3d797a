import { type ChatRequest, chatCompletion } from './chat-completion.ts';
import type { DemoExchange } from './demo-exchange.ts';

export interface ToolRequest extends ChatRequest {
  tools: {
    type: 'function';
    function: { name: string; description: string; parameters: Record<string, unknown> };
  }[];
}

const answered = chatCompletion({
  name: 'tool-call',
  question: 'Will the ferry to Ærø sail tomorrow morning?',
  message: {
    content: null,
    tool_calls: [
      {
        id: 'call_demo_ferry_0001',
        type: 'function',
        function: { name: 'ferry_departures', arguments: '{"island":"Ærø","day":"tomorrow"}' },
      },
    ],
  },
  finishReason: 'tool_calls',
  tokens: { prompt: 71, completion: 22 },
});

export const toolCall: DemoExchange<ToolRequest> = {
  ...answered,
  request: {
    ...answered.request,
    tools: [
      {
        type: 'function',
        function: {
          name: 'ferry_departures',
          description: 'The departures of a ferry on one day.',
          parameters: {
            type: 'object',
            properties: { island: { type: 'string' }, day: { type: 'string' } },
            required: ['island', 'day'],
            additionalProperties: false,
          },
        },
      },
    ],
  },
};
