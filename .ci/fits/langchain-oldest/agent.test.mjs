import { MemorySaver } from '@langchain/langgraph';
import { ChatOpenAI } from '@langchain/openai';
import { createAgent, tool } from 'langchain';
import { z } from 'zod';
import { testAgent } from '../langchain/agent.mjs';
import { importBuilt } from '../langchain/install.mjs';

testAgent(await importBuilt(import.meta.url), { createAgent, tool, ChatOpenAI, MemorySaver, z });
