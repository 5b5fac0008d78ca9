import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthenticationService } from './authentication.service';
import { FirstRunService } from './first-run.service';
import { KeyService } from './key.service';
import { KeyUsageService } from './key-usage.service';
import { ScopeGuard } from './scope.guard';
import { UserService } from './user.service';

/**
 * Who may do what: users, keys, scopes, the audit log. Its guard holds for the whole application; the hook in front of
 * it is set by `registerAuthentication`.
 */
@Module({
  providers: [
    AuthenticationService,
    FirstRunService,
    KeyService,
    KeyUsageService,
    UserService,
    { provide: APP_GUARD, useClass: ScopeGuard },
  ],
  exports: [AuthenticationService, FirstRunService, KeyService, UserService],
})
export class IdentityModule {}
