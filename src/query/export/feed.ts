import { pipeline, type Readable, type Writable } from 'node:stream';

/** Lets one stream flow into another; what ends or fails one of them ends the other. */
export function feed(from: Readable, to: Writable): void {
  pipeline(from, to, (error) => {
    if (error) to.destroy(error);
  });
}
