import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

/** An object of this many bytes as JSON. */
const constant = { answer: 'x'.repeat(Math.max(0, Number(process.argv[2]) - '{"answer":""}'.length)) };

/** A constant. */
@Controller('v1/recent')
class ConstantController {
  @Get()
  getConstant(): typeof constant {
    return constant;
  }
}

/** The framework and nothing else: no authentication, no measuring, no log. */
@Module({ controllers: [ConstantController] })
class BareModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create<NestFastifyApplication>(BareModule, new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  process.once('message', () => undefined);
  process.send?.({ ready: (app.getHttpServer().address() as AddressInfo).port });
  process.once('disconnect', () => void app.close());
}

void main();
