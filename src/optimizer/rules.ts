import type { Rule } from './rule';
import { autovacuumOffRule } from './rules/autovacuum-off.rule';
import { bloatedIndexRule } from './rules/bloated-index.rule';
import { brinRule } from './rules/brin.rule';
import { cacheLifetimeRule } from './rules/cache-lifetime.rule';
import { chunkSizeRule } from './rules/chunk-size.rule';
import { connectionsRule } from './rules/connections.rule';
import { deadRowsRule } from './rules/dead-rows.rule';
import { duplicateIndexRule } from './rules/duplicate-index.rule';
import { hitRatioRule } from './rules/hit-ratio.rule';
import { idleInTransactionRule } from './rules/idle-in-transaction.rule';
import { invalidConstraintRule } from './rules/invalid-constraint.rule';
import { invalidIndexRule } from './rules/invalid-index.rule';
import { lockWaitRule } from './rules/lock-wait.rule';
import { longTransactionRule } from './rules/long-transaction.rule';
import { memoryLimitRule } from './rules/memory-limit.rule';
import { missingIndexRule } from './rules/missing-index.rule';
import { partitionMissingRule } from './rules/partition-missing.rule';
import { poolSizeRule } from './rules/pool-size.rule';
import { repeatedStatementRule } from './rules/repeated-statement.rule';
import { replicationSlotRule } from './rules/replication-slot.rule';
import { rowsOutsideMonthsRule } from './rules/rows-outside-months.rule';
import { sequenceRule } from './rules/sequence.rule';
import { sequentialScansRule } from './rules/sequential-scans.rule';
import { settingRule } from './rules/setting.rule';
import { slowStatementRule } from './rules/slow-statement.rule';
import { slowerStatementRule } from './rules/slower-statement.rule';
import { staleStatisticsRule } from './rules/stale-statistics.rule';
import { statementStatisticsRule } from './rules/statement-statistics.rule';
import { unusedIndexRule } from './rules/unused-index.rule';
import { wraparoundRule } from './rules/wraparound.rule';

/** All rules, one for each kind of advice; a test holds the two lists together. */
export const rules: readonly Rule[] = [
  autovacuumOffRule,
  bloatedIndexRule,
  brinRule,
  cacheLifetimeRule,
  chunkSizeRule,
  connectionsRule,
  deadRowsRule,
  duplicateIndexRule,
  hitRatioRule,
  idleInTransactionRule,
  invalidConstraintRule,
  invalidIndexRule,
  lockWaitRule,
  longTransactionRule,
  memoryLimitRule,
  missingIndexRule,
  partitionMissingRule,
  poolSizeRule,
  repeatedStatementRule,
  replicationSlotRule,
  rowsOutsideMonthsRule,
  sequenceRule,
  sequentialScansRule,
  settingRule,
  slowStatementRule,
  slowerStatementRule,
  staleStatisticsRule,
  statementStatisticsRule,
  unusedIndexRule,
  wraparoundRule,
];
