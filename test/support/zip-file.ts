import { ZipFile } from 'yazl';

/** A member of an archive. */
export interface ZipMember {
  readonly name: string;
  readonly content: string | Buffer;
  readonly isStored?: boolean;
}

/** An archive with these members; `isZip64` writes all lengths in the long form, whatever their size. */
export async function zipFile(members: readonly ZipMember[], isZip64 = false): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { name, content, isStored } of members) {
    const options = { compress: isStored !== true, forceZip64Format: isZip64 };
    zip.addBuffer(Buffer.from(content as string), name, options);
  }
  zip.end({ forceZip64Format: isZip64, comment: '' });
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
