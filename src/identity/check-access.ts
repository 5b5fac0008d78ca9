import { Problem } from '../common/problem';
import type { Identity } from './identity';
import type { RouteAccess } from './route-access.decorator';

/**
 * Checks that `identity` may call a route; a route without declared access may be called by nobody.
 *
 * Errors: throws Problem 401 `key_missing` without an identity, 403 `scope_missing` without the scope, which it names.
 */
export function checkAccess(access: RouteAccess | undefined, identity: Identity | null): void {
  if (access === 'public') return;
  if (identity === null) throw new Problem(401, 'key_missing', 'This needs an API key.');
  if (access === undefined) throw new Problem(403, 'scope_missing', 'This is open to no key.');
  if (!identity.scopes.includes(access)) {
    throw new Problem(403, 'scope_missing', `The key lacks the scope ${access}.`);
  }
}
