import { parseCLI, startVitest } from 'vitest/node';
import { ensureBuild, projectRoot } from './ensure-build.mjs';

/**
 * Counts what ran. What fails without being a test (a file that cannot be loaded, a hook, a rejection that nobody
 * handled) counts as one failed each, so that the closing line never looks better than the run was.
 */
class Tally {
  counts = { passed: 0, failed: 0, skipped: 0 };

  onTestRunEnd(modules) {
    for (const module of modules) {
      this.counts.failed += module.errors().length;
      for (const suite of module.children.allSuites()) {
        this.counts.failed += suite.errors().length;
      }
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        this.counts[state === 'pending' ? 'skipped' : state] += 1;
      }
    }
  }
}

ensureBuild();
const { filter, options } = parseCLI(['vitest', ...process.argv.slice(2)]);
const { reporter = 'default', ...otherOptions } = options;
const tally = new Tally();
const { counts } = tally;
try {
  const reporters = [reporter, tally].flat();
  const vitest = await startVitest('test', filter, { ...otherOptions, root: projectRoot, watch: false, reporters });
  await vitest.close();
  counts.failed += vitest.state.getUnhandledErrors().length;
} catch (error) {
  console.error(error);
  counts.failed += 1;
}
// Some failures, such as having nothing to run, Vitest only notes in the exit code.
if (process.exitCode && counts.failed === 0) {
  counts.failed = 1;
}
const line = `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}\n`;
// The run may have left handles open behind it: end here, after the line is out.
process.stdout.write(line, () => process.exit(counts.failed > 0 || counts.passed === 0 ? 1 : 0));
