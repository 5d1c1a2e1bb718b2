/** What is wrong with a value and what to do about it, in the one text that zod has room for. */
export const mistake = (message: string, hint: string): string => `${message}\n${hint}`;

/** What to do about a value of the wrong type; what is wrong with it goes without saying. */
export const hintAlone = (hint: string): string => mistake('', hint);

/** A message that the schema gives, in its parts; null for zod's own, which start with a capital. */
export const ownMessage = (
  text: string,
): { readonly message: string; readonly hint: string | null } | null => {
  if (!/^[a-z\n]/.test(text)) return null;
  const [message = '', hint = null] = text.split('\n');
  return { message, hint };
};
