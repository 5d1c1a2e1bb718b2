/** What the system says of a failed file operation, in words; null for any other error. */
export const systemReason = (error: unknown): string | null => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : null;
  return code === null ? null : (REASONS[code] ?? (/^E[A-Z0-9]+$/.test(code) ? code : null));
};

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EMFILE: 'too many open files',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
};

/** Whether a file could not be written because of where it is, not because of what it is. */
export const isUnwritable = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && UNWRITABLE.has(String(error.code));

const UNWRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'EBUSY', 'EXDEV']);
