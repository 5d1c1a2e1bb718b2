/** Library: what the command line does, as functions. See docs/library.md. */

export { type RenderCommandOptions, type Rendered, renderFile } from './commands/render.ts';
export { schemaText } from './commands/schema.ts';
export { type ValidateOptions, type Validation, validate } from './commands/validate.ts';
export type { Diagnostic, Place, Severity } from './diagnostics/diagnostic.ts';
export { EXIT, LbError } from './diagnostics/lb-error.ts';
export { nodePlatform } from './platform/node.ts';
export type { Platform } from './platform/platform.ts';
export { type TargetName, targetNames } from './targets/registry.ts';
