import { blameLine, blameWords } from '../blame.ts';
import type { Complaint, Explanation } from '../target.ts';

/** HAProxy's alerts of `haproxy -c` or of a refused reload, each once. */
export const explainHaproxy = ({ output, text, cluster }: Complaint): readonly Explanation[] => {
  const alerts = output.split('\n').flatMap((line) => {
    const [, words] = /^\[ALERT\][ \t]+(?:\([0-9]+\) : )?(.*)$/.exec(line) ?? [];
    return words === undefined || SUMMARY.test(words) ? [] : [words.trim()];
  });
  return [...new Set(alerts)].map((words) => {
    const [, line] = /\[[^\]\s]+:([0-9]+)\]/.exec(words) ?? [];
    const message = words
      .replace(/^config : /, '')
      .replace(/^(?:parsing )?\[[^\]\s]+:[0-9]+\] ?:? ?/, '')
      .replace(/^Binding \[[^\]\s]+:[0-9]+\] /, 'binding ');
    const named = blameWords(words.replace(/\[[^\]\s]+:[0-9]+\](?= (?:for|:))/, '[…]'), cluster);
    const path = named.length > 0 || line === undefined ? named : blameLine(text, Number(line), cluster);
    return { message, path };
  });
};

/** What HAProxy says besides, when it has said what is wrong. */
const SUMMARY =
  /^(config : )?(Error\(s\) found in configuration file|Fatal errors found in configuration|Some protocols failed to start|\[.*\] Some protocols failed)/;
