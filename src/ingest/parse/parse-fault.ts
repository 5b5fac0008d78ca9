/** What is wrong with a body as a whole; the codes are stable. */
export type ParseFaultCode =
  | 'encoding_broken'
  | 'json_malformed'
  | 'json_too_deep'
  | 'json_too_many_keys'
  | 'json_element_too_large'
  | 'json_too_many_metrics'
  | 'not_an_export'
  | 'xml_malformed'
  | 'xml_too_deep'
  | 'xml_tag_too_large'
  | 'zip_malformed'
  | 'zip_too_large';

/** Thrown for a body that cannot be taken at all. The message tells where, and never what stands there. */
export class ParseFault extends Error {
  constructor(
    readonly code: ParseFaultCode,
    message: string,
  ) {
    super(message);
    this.name = 'ParseFault';
  }
}
