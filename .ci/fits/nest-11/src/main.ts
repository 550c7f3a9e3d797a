import assert from 'node:assert/strict';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { check } from './check.js';

async function main() {
  const warnings = await check(await NestFactory.create(AppModule, { logger: ['error'] }));
  assert.match(warnings.join(), /AskController.*`key`/s);
  const overFastify = NestFactory.create(AppModule, new FastifyAdapter(), { logger: ['error'] });
  assert.deepEqual(await check(await overFastify), []); // it was said once
}

void main();
