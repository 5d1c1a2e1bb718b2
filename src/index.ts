/** Library: what the command line does, as functions. */

export { type RenderCommandOptions, type Rendered, renderFile } from './commands/render.ts';
export { schemaText } from './commands/schema.ts';
export { type ValidateOptions, type Validation, validate } from './commands/validate.ts';
export type { Diagnostic, Place, Severity } from './diagnostics/diagnostic.ts';
export { EXIT, LbError } from './diagnostics/lb-error.ts';
export { nodeSystem } from './platform/node-system.ts';
export type { System } from './platform/system.ts';
export { type TargetName, targetNames } from './targets/registry.ts';
