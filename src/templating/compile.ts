import Handlebars from 'handlebars';
import { LbError } from '../diagnostics/lb-error.ts';
import type { View } from './syntax.ts';

/** Texts of templates by name; all but the main one are its partials. */
export type Templates = ReadonlyMap<string, string>;

/**
 * Compiles the template `main`. What it returns throws LbError where a template uses a name that the view does not
 * have: nothing is left out in silence.
 */
export const compileTemplates = (templates: Templates, main: string): ((view: View) => string) => {
  const engine = Handlebars.create();
  engine.registerHelper('pad', (value: unknown, width: unknown) => String(value).padEnd(Number(width)));
  refuseUndefined(engine);
  for (const [name, text] of templates) engine.registerPartial(name, text);
  try {
    const run = engine.compile(`{{> ${main}}}`, {
      noEscape: true, // HTML's escapes would be wrong here; encodeView has quoted for the proxy
      strict: true,
      knownHelpersOnly: true,
      knownHelpers: { pad: true },
      explicitPartialContext: false,
    });
    return (view) => guarded(() => run(view), main);
  } catch (error) {
    throw templateError(error, main);
  }
};

/** Handlebars' strict mode does not reach `{{#each typo}}`: there undefined would render nothing. */
const refuseUndefined = (engine: typeof Handlebars): void => {
  for (const name of ['each', 'if', 'unless', 'with'] as const) {
    const original = engine.helpers[name] as Handlebars.HelperDelegate;
    engine.registerHelper(name, function (this: unknown, value: unknown, options: unknown) {
      if (value === undefined) throw new Error(`{{#${name}}} is given a name that the view does not have`);
      return original.call(this, value, options);
    });
  }
};

const guarded = (run: () => string, main: string): string => {
  try {
    return run();
  } catch (error) {
    throw templateError(error, main);
  }
};

const templateError = (error: unknown, main: string): LbError =>
  error instanceof LbError
    ? error
    : new LbError('render', `template ${main}: ${error instanceof Error ? error.message : String(error)}`, {
        hint: 'docs/templates.md lists what a template gets',
        cause: error,
      });
