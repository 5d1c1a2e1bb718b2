import { blameLine, blameWords } from '../blame.ts';
import type { Complaint, Explanation } from '../target.ts';

/** nginx's errors of `nginx -t` or of its error log, each once. */
export const explainNginx = ({ output, text, cluster }: Complaint): readonly Explanation[] => {
  const errors = output.split('\n').flatMap((line) => {
    const [, words] = /\[(?:emerg|alert|crit|error)\] (?:[0-9]+#[0-9]+: )?(.*)$/.exec(line) ?? [];
    return words === undefined ? [] : [words.trim()];
  });
  const telling = errors.filter((words) => words !== 'still could not bind()');
  return [...new Set(telling)].map((words) => {
    const [, message = words, line] = /^(.*?) in \S+:([0-9]+)$/.exec(words) ?? [];
    const path = line === undefined ? blameWords(words, cluster) : blameLine(text, Number(line), cluster);
    return { message, path };
  });
};
