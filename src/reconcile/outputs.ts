import type { Cluster } from '../cluster/cluster.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import { type TargetName, targetNames } from '../targets/registry.ts';

/** A file that is kept for a proxy. */
export interface Output {
  readonly target: TargetName;
  /** As it was written; relative to the working directory. */
  readonly file: string;
}

export interface OutputOptions {
  readonly target?: TargetName | undefined;
  readonly out?: string | undefined;
}

/** What is written: as the command line says, else as the description does. Throws LbError where neither does. */
export const chooseOutputs = (
  cluster: Pick<Cluster, TargetName>,
  { target, out }: OutputOptions,
): readonly Output[] => {
  if (out !== undefined) {
    if (target !== undefined) return [{ target, file: out }];
    throw new LbError('usage', '--out names a file: say for which proxy with --target');
  }
  const asked = target === undefined ? targetNames : [target];
  const outputs = asked.flatMap((name) => {
    const file = cluster[name].output;
    return file === undefined ? [] : [{ target: name, file }];
  });
  if (outputs.length > 0) return outputs;
  throw new LbError('usage', 'nothing says which file to write', {
    hint: 'name it with --target and --out, or as nginx.output or haproxy.output in the description',
  });
};
