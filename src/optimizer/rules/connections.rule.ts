import { advise } from '../advice';
import { numberText, shareText } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

/** The server has hardly a connection left. */
export const connectionsRule: Rule = {
  kind: 'connections_near_limit',
  find({ server, sessions }) {
    if (server === null || server.connections < server.maxConnections * thresholds.connectionShare.value) return [];
    const states = new Map<string, number>();
    for (const { state } of sessions) states.set(state || 'starting', (states.get(state || 'starting') ?? 0) + 1);
    const counted = [...states].map(([state, count]) => `${count} ${state}`).join(', ');
    return [
      advise({
        kind: 'connections_near_limit',
        subject: 'server',
        severity: 'critical',
        title: `${shareText(server.connections / server.maxConnections)} of the server's connections are taken`,
        seen: [
          `${numberText(server.connections)} of ${numberText(server.maxConnections)}; in this database ${counted || 'none'}.`,
        ],
        likelyGain: 'New processes and administrators get in.',
        cost: 'A smaller pool waits sooner.',
        apply: { note: 'Lower POOL_MAX of the services, or raise max_connections and restart PostgreSQL.' },
        undo: null,
      }),
    ];
  },
};
