import { describe, expect, test } from 'vitest';
import { findPrometheusTimeoutMs, runPromtool } from '../../support/prometheus-program';

describe('promtool', () => {
  test.each([
    ['the rules', ['check', 'rules', 'docker/prometheus/service-levels.yaml', 'docker/prometheus/alerts.yaml']],
    ['the configuration', ['check', 'config', 'docker/prometheus/prometheus.yaml']],
    ['every case of every alert', ['test', 'rules', 'docker/prometheus/alerts.test.yaml']],
  ])(
    'accepts %s',
    async (_what, args) => {
      const { code, output } = await runPromtool(args);
      expect(output).toContain('SUCCESS');
      expect(output).not.toContain('FAILED');
      expect(code).toBe(0);
    },
    findPrometheusTimeoutMs,
  );
});
