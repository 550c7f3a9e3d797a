import { type DemoExchange, demoCreatedAt, demoModel, demoModelVersion } from './demo-exchange.ts';

/** The body of a request to the Responses API, as far as the demo uses it. */
export interface ResponsesRequest {
  model: string;
  instructions: string;
  input: string;
}

const message = {
  id: 'msg_demo_0001',
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [
    { type: 'output_text', text: 'Fold, turn, fold again.', annotations: [], logprobs: [] },
  ],
};

const request: ResponsesRequest = {
  model: demoModel,
  instructions: 'Answer in at most five words.',
  input: 'How do I make puff pastry?',
};

export const responsesApi: DemoExchange<ResponsesRequest> = {
  name: 'responses-api',
  path: '/v1/responses',
  request,
  response: {
    headers: { 'x-request-id': 'req_demo_responses-api' },
    body: {
      id: 'resp_demo_0001',
      object: 'response',
      created_at: demoCreatedAt,
      status: 'completed',
      background: false,
      error: null,
      incomplete_details: null,
      instructions: request.instructions,
      max_output_tokens: null,
      model: demoModelVersion,
      output: [message],
      parallel_tool_calls: true,
      previous_response_id: null,
      reasoning: { effort: null, summary: null },
      service_tier: 'default',
      store: true,
      temperature: 1,
      text: { format: { type: 'text' }, verbosity: 'medium' },
      tool_choice: 'auto',
      tools: [],
      top_p: 1,
      truncation: 'disabled',
      usage: {
        input_tokens: 24,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: 8,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 32,
      },
      user: null,
      metadata: {},
    },
  },
};
