import type { Advice, Remedy } from '../optimizer/advice';
import type { AppliedAdvice, ComparedFigure } from '../optimizer/apply/applied-advice';
import { numberText } from '../optimizer/figures-text';
import type { Report } from '../optimizer/report';
import { formatTable } from './format-table';

function remedyLines(label: string, remedy: Remedy | null): string[] {
  if (remedy === null) return [`  ${label}  nothing to take back`];
  if ('note' in remedy) return [`  ${label}  ${remedy.note}`];
  if ('setting' in remedy) return [`  ${label}  ${remedy.setting}=${remedy.value}, then a restart of the service`];
  return remedy.sql.map((statement, i) => `  ${i === 0 ? label : ' '.repeat(label.length)}  ${statement};`);
}

function adviceLines(advice: Advice): string[] {
  return [
    `${advice.id}`,
    `  ${advice.title}.`,
    ...advice.seen.map((sentence, i) => `  ${i === 0 ? 'seen ' : '     '}  ${sentence}`),
    `  gain   ${advice.likelyGain}`,
    `  cost   ${advice.cost}`,
    ...remedyLines('apply', advice.apply),
    ...remedyLines('undo ', advice.undo),
    ...(advice.isAutomatic ? [`  do it  npm run advise -- --apply ${advice.id}`] : []),
  ];
}

/** A report for people: a table of what is advised, each with its evidence and what to do, then what was applied. */
export function describeReport(report: Report, applied: readonly AppliedAdvice[]): string {
  const { advice, unreadable, topStatements } = report;
  const blocks: string[] = [];
  if (advice.length === 0) blocks.push('There is nothing to advise.');
  else {
    const rows = advice.map(({ severity, id, title, isAutomatic }) => [
      severity,
      isAutomatic ? 'yes' : 'no',
      id,
      title,
    ]);
    blocks.push(formatTable(['SEVERITY', 'AUTOMATIC', 'ID', 'WHAT'], rows));
    blocks.push(...advice.map((each) => adviceLines(each).join('\n')));
  }
  if (topStatements.length > 0) {
    const rows = topStatements.map(({ id, calls, meanMs, share, text }) => [
      `${numberText(share * 100)} %`,
      numberText(meanMs),
      numberText(calls),
      id,
      text.slice(0, 80),
    ]);
    blocks.push(formatTable(['TIME', 'MEAN MS', 'CALLS', 'STATEMENT', 'TEXT'], rows));
  }
  if (unreadable.length > 0) blocks.push(`Could not be read: ${unreadable.join(', ')}.`);
  if (applied.length > 0) {
    const rows = applied.map(({ adviceId, appliedAt, undoSql }) => [adviceId, appliedAt, undoSql ? 'yes' : 'no']);
    blocks.push(formatTable(['APPLIED', 'AT', 'CAN BE UNDONE'], rows));
  }
  return blocks.join('\n\n');
}

function changeText({ before, after }: ComparedFigure): string {
  if (before === null || after === null || before === 0) return '';
  const percent = (after / before - 1) * 100;
  return `${percent < 0 ? '' : '+'}${percent.toFixed(1)} %`;
}

/** Figures before and after, for people. */
export function describeComparison(figures: readonly ComparedFigure[]): string {
  const text = (value: number | null): string => (value === null ? '-' : numberText(value));
  const rows = figures.map((each) => [each.figure, text(each.before), text(each.after), each.unit, changeText(each)]);
  return formatTable(['FIGURE', 'BEFORE', 'AFTER', 'UNIT', 'CHANGE'], rows);
}
