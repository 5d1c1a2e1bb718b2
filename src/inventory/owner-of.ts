/** Who keeps a node listed, by what is listed: the `owner` that `join` writes; null where there is none. Pure. */
export const ownerOf = (text: string): string | null => {
  try {
    const value: unknown = JSON.parse(text);
    const isOwned = typeof value === 'object' && value !== null && 'owner' in value;
    return isOwned && typeof value.owner === 'string' ? value.owner : null;
  } catch {
    return null;
  }
};
