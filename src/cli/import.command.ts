import type { Command } from 'commander';
import { Problem } from '../common/problem';
import type { Settings } from '../config/settings';
import { describeImport } from './import/describe-import';
import { ProgressLine } from './progress-line';

/** Adds `import`. */
export function addImportCommand(program: Command, loadSettings: () => Settings): void {
  program
    .command('import')
    .description('import a history: export.zip or export.xml of Apple Health, or JSON of Health Auto Export')
    .argument('<file>', 'the file')
    .option('--user <name>', 'whose history it is; absent: the only user')
    .option('--json', 'the account as JSON, for programs')
    .addHelpText('after', '\nExample:\n  npm run import -- export.zip --user anna')
    .action(async (file: string, { user, json }: { user?: string; json?: true }) => {
      // Only now: the other commands do without the whole service.
      const { importFile } = await import('./import/import-file.js');
      const progress = new ProgressLine(process.stderr, true);
      const outcome = await importFile(loadSettings(), { file, userName: user, progress }).finally(() =>
        progress.end(),
      );
      if (json) console.log(JSON.stringify(outcome, null, 2));
      else if (outcome.account !== null) console.log(describeImport(outcome, outcome.account));
      if (outcome.account !== null) return;
      const reason = outcome.errorDetail ?? 'It failed.';
      const detail = `Nothing was imported: ${reason} (${outcome.errorCode}, ingestion ${outcome.ingestionId})`;
      throw new Problem(422, outcome.errorCode ?? 'processing_failed', detail);
    });
}
