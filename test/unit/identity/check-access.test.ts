import { expect, test } from 'vitest';
import { checkAccess } from '../../../src/identity/check-access';
import { type Scope, scopes } from '../../../src/identity/scope';

function withScopes(...granted: Scope[]) {
  return { userId: 'u', userName: 'me', timeZone: 'UTC', keyId: 'k', scopes: granted };
}

test('a public route is open without a key', () => {
  expect(() => checkAccess('public', null)).not.toThrow();
});

test.each(scopes)('%s opens its routes and no others', (scope) => {
  expect(() => checkAccess(scope, withScopes(scope))).not.toThrow();
  for (const other of scopes.filter((name) => name !== scope)) {
    expect(() => checkAccess(scope, withScopes(other))).toThrowError(
      expect.objectContaining({ status: 403, code: 'scope_missing', detail: expect.stringContaining(scope) }),
    );
  }
});

test('without an identity a route is closed', () => {
  expect(() => checkAccess('read', null)).toThrowError(expect.objectContaining({ status: 401, code: 'key_missing' }));
});

test('a route that does not say who may call it is closed to every key', () => {
  expect(() => checkAccess(undefined, withScopes(...scopes))).toThrowError(expect.objectContaining({ status: 403 }));
});
