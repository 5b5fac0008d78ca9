import { isTimeZone } from '../../catalogue/zone-offset';
import {
  choiceParameter,
  parameter,
  rangeParameters,
  samplePageParameters,
  sourceParameter,
} from '../request/query-fields';
import { aggregates } from './bucket-question';

/** Longest name of a zone in the IANA database, with room: `America/Argentina/ComodRivadavia` has 32 characters. */
const maxZoneLength = 64;

/** `phone`: the local day of each sample's own offset; else the days of one zone. */
const zoneParameter = parameter('phone or an IANA time zone', (text) =>
  text === 'phone' || (text.length <= maxZoneLength && isTimeZone(text)) ? text : undefined,
);

/** `best`, `all` or one source. */
const sourcesParameter = sourceParameter.meta({
  description:
    'best: each bucket of one source, the default of buckets (and only theirs); all: each source by itself, the default ' +
    'of samples; else a source as samples show it, 1000 bytes at most.',
});

/** What can be asked of buckets, of one metric or several. */
export const bucketParameters = {
  ...rangeParameters,
  ...samplePageParameters,
  agg: choiceParameter(aggregates).optional(),
  tz: zoneParameter.default('phone'),
  source: sourcesParameter.default('best'),
  fill: choiceParameter(['null', 'zero', 'none']).default('none'),
};
