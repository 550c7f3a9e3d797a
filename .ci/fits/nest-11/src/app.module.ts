import { Module, ValidationPipe } from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import { AskController } from './ask.controller.js';
import { FrenchService, ModelService, TenantService } from './model.service.js';

@Module({
  controllers: [AskController],
  providers: [
    ModelService,
    TenantService,
    { provide: 'french', useClass: FrenchService },
    // As the documentation of Nest writes it: a body becomes an instance of its class.
    { provide: APP_PIPE, useValue: new ValidationPipe({ transform: true, whitelist: true }) },
  ],
})
export class AppModule {}
