import { Injectable, type PipeTransform } from '@nestjs/common';
import { Problem } from '../../common/problem';
import { isUuid } from '../../common/uuid';

/** The answer for an id that is unknown or somebody else's; which of the two it is, nobody is told. */
export function notFound(): Problem {
  return new Problem(404, 'not_found', 'There is nothing with this id.');
}

/** Reads the id of a thing from a path, in lower case. Errors: throws Problem 404 `not_found` for what is no UUID. */
@Injectable()
export class ThingIdPipe implements PipeTransform<string, string> {
  /** The id; throws as the class says. */
  transform(id: string): string {
    if (!isUuid(id)) throw notFound();
    return id.toLowerCase();
  }
}
