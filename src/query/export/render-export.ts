import { loopTurns } from '../../common/loop-turns';
import { type CopiedSample, parseCopiedSamples } from './copied-sample';
import type { ExportAccount } from './export-account';
import type { ExportReader } from './export-reader.service';
import { type ExportFamily, type ExportRequest, isSampleFamily } from './export-request';
import type { ExportWriter } from './export-writer';

/** Bytes of COPY's text that are turned into lines in one step: some 300 samples, well under a millisecond. */
const stepBytes = 32 * 1024;

/** Things that are written in one step. */
const stepThings = 100;

const newline = 0x0a;

/** The samples of a page, a step at a time; between steps others have their turn. */
async function* inSteps(bytes: Buffer): AsyncGenerator<CopiedSample[]> {
  for (let from = 0; from < bytes.length; ) {
    await loopTurns.breathe();
    const end = bytes.length - from <= stepBytes ? bytes.length : bytes.lastIndexOf(newline, from + stepBytes) + 1;
    // A line that is longer than a step is a step of its own.
    const to = end > from ? end : bytes.indexOf(newline, from) + 1;
    yield parseCopiedSamples(bytes.toString('utf8', from, to));
    from = to;
  }
}

async function* renderFamily(
  reader: ExportReader,
  writer: ExportWriter,
  account: ExportAccount,
  request: ExportRequest,
  family: ExportFamily,
): AsyncGenerator<string> {
  if (isSampleFamily(family)) {
    for (const metric of await reader.findMetrics(request.userId, family)) {
      for await (const page of reader.readSamples(request, metric)) {
        for await (const samples of inSteps(page.bytes)) {
          account.add(family, samples.length);
          yield writer.samples(metric, samples);
        }
      }
    }
    return;
  }
  for await (const things of reader.readThings(request, family)) {
    for (let from = 0; from < things.length; from += stepThings) {
      await loopTurns.breathe();
      const step = things.slice(from, from + stepThings);
      account.add(family, step.length);
      yield writer.things(family, step);
    }
  }
}

async function* renderAll(
  reader: ExportReader,
  writer: ExportWriter,
  account: ExportAccount,
  request: ExportRequest,
  families: readonly ExportFamily[],
): AsyncGenerator<string> {
  yield writer.begin(families);
  for (const family of families) yield* renderFamily(reader, writer, account, request, family);
  yield writer.end(account);
}

/**
 * The bytes of an export of these families, a piece at a time; the next piece is made when it is asked for. `account`
 * counts what was given out.
 */
export async function* renderExport(...parts: Parameters<typeof renderAll>): AsyncGenerator<Buffer> {
  for await (const text of renderAll(...parts)) if (text !== '') yield Buffer.from(text);
}
