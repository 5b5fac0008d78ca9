import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintInputs, projectRoot, writeStamp } from './ensure-build.mjs';

// A file that changed while the compiler ran may be missing from dist/: no stamp then, and the next start builds again.
const { fingerprint, newestChangeAtMs } = fingerprintInputs();
if (newestChangeAtMs < statSync(join(projectRoot, 'dist')).birthtimeMs) {
  writeStamp(fingerprint);
}
