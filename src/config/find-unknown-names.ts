import { settings } from './settings';

/** Prefix by which a variable is recognised as meant for this service, although no setting carries it. */
const ownPrefix = 'HEALTH_EXPORT_';

/**
 * What Kubernetes adds to every pod for a Service named `health-export…`, by name and by value.
 * Source: https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
const serviceLinkName = /_SERVICE_(HOST|PORT(_.+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_|$)/;
const serviceLinkValue = /^(tcp|udp|sctp):\/\//;

/**
 * Finds variables that were meant for this service but are none of its settings.
 *
 * Shape: one sentence each, with the setting whose name is nearest.
 */
export function findUnknownNames(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(env)
    .filter(([name]) => name.startsWith(ownPrefix))
    .filter(([name, text]) => !serviceLinkName.test(name) && !serviceLinkValue.test(text ?? ''))
    .map(([name]) => `${name} is not a setting; did you mean ${nearestName(name.slice(ownPrefix.length))}?`);
}

function nearestName(name: string): string {
  const byDistance = Object.values(settings)
    .map((setting) => ({ name: setting.name, distance: editDistance(name, setting.name) }))
    .sort((left, right) => left.distance - right.distance);
  return byDistance[0]?.name ?? name;
}

/** Levenshtein's distance: how many characters must be added, removed or replaced. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (const [row, leftCharacter] of [...left].entries()) {
    const current = [row + 1];
    for (const [column, rightCharacter] of [...right].entries()) {
      const replaced = (previous[column] ?? 0) + (leftCharacter === rightCharacter ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
