import type { JsonObject } from '../../catalogue/json';
import { CheckedXml } from './checked-xml';
import { readDecimal } from './quantity-rows';

/** More points than are kept of a route; those beyond are not built. */
const maxPoints = 200_001;

/** The columns of a route's point by the element that each is in. */
const fieldByElement: Readonly<Record<string, string>> = {
  ele: 'altitude',
  speed: 'speed',
  course: 'course',
  hAcc: 'horizontalAccuracy',
  vAcc: 'verticalAccuracy',
};

/**
 * Reads the points of a GPX file as Apple writes it, in the form of the app.
 *
 * Errors: `push` and `finish` throw ParseFault for what is no XML.
 */
export class GpxRoute {
  readonly points: JsonObject[] = [];
  private point: JsonObject | null = null;
  private field: string | null = null;
  private text = '';
  private readonly xml = new CheckedXml({
    open: (name, attributes) => this.open(name, attributes),
    close: (name) => this.close(name),
    text: (text) => {
      if (this.field !== null) this.text += text;
    },
  });

  /** Takes the next bytes. */
  push(chunk: Buffer): void {
    this.xml.feedUnchecked(chunk);
  }

  /** The file has ended. */
  finish(): void {
    this.xml.finish();
  }

  private open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.text = '';
    if (name === 'trkpt') {
      const latitude = readDecimal(attributes['lat'] ?? '');
      const longitude = readDecimal(attributes['lon'] ?? '');
      this.point = { latitude, longitude };
    }
    this.field = this.point === null ? null : name === 'time' ? 'timestamp' : (fieldByElement[name] ?? null);
  }

  private close(name: string): void {
    if (this.point === null) return;
    if (name === 'trkpt') {
      if (this.points.length < maxPoints) this.points.push(this.point);
      this.point = null;
    } else if (this.field !== null) {
      const text = this.text.trim();
      this.point[this.field] = this.field === 'timestamp' ? text : readDecimal(text);
    }
    this.field = null;
  }
}
