import { expect, test } from 'vitest';
import { Problem } from '../../../src/common/problem';
import { BodyBudget } from '../../../src/ingest/receive/body-budget';

test('a body alone may be of any size, a second one only as large as what is left', () => {
  const budget = new BodyBudget(100);
  const first = budget.open();
  first.take(150);
  const second = budget.open();
  expect(() => second.take(1)).toThrow(Problem);
  second.close();
  first.close();
  const third = budget.open();
  const fourth = budget.open();
  third.take(60);
  fourth.take(40);
  expect(() => fourth.take(1)).toThrow(/too_busy/);
  third.close();
  fourth.take(60);
  fourth.close();
});
