import { Syntax, type View } from './syntax.ts';

/**
 * The view with every plain string quoted for the target, so that a template prints nothing but whole words,
 * whoever wrote the template. Keys stay as they are.
 */
export const encodeView = (view: View, quote: (text: string) => string): View => {
  if (typeof view === 'string') return new Syntax(quote(view));
  if (view === null || typeof view !== 'object' || view instanceof Syntax) return view;
  if (isList(view)) return view.map((item) => encodeView(item, quote));
  return Object.fromEntries(Object.entries(view).map(([key, value]) => [key, encodeView(value, quote)]));
};

const isList = (view: View): view is readonly View[] => Array.isArray(view);
