/** The media type of a `Content-Type`, in small letters and without its parameters. */
function mediaTypeOf(contentType: string): string {
  return (contentType.split(';', 1)[0] as string).trim().toLowerCase();
}

/** True for a ZIP archive, which is kept as it is sent: it is compressed already, and is read in any order. */
export function isZip(contentType: string): boolean {
  return ['application/zip', 'application/x-zip-compressed'].includes(mediaTypeOf(contentType));
}

/** True for an XML document. */
export function isXml(contentType: string): boolean {
  return ['application/xml', 'text/xml'].includes(mediaTypeOf(contentType));
}
