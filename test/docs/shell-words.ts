/** A simple command of a shell script: its words, without quotes; those of assignments before it are left out. */
type Command = readonly string[];

const TOKEN = /'([^']*)'|"([^"]*)"|\\\n|#.*|\d*(?:>>?|<)\s*\S+|(&&|\|\||[;&|\n()])|([^\s'"\\#;&|()<>]+)|\s/gy;

/** The simple commands of a script of the kind that docs have: words, quotes, comments, lists and pipes; no more of the language. */
const commandsOf = (script: string): readonly Command[] => {
  const commands: string[][] = [[]];
  let isJoined = false;
  for (const [, single, double, operator, plain] of script.matchAll(TOKEN)) {
    const word = single ?? double ?? plain;
    const words = commands.at(-1) ?? [];
    if (word !== undefined) {
      if (isJoined) words.push(`${words.pop()}${word}`);
      else words.push(word);
      isJoined = true;
      continue;
    }
    isJoined = false;
    if (operator !== undefined) commands.push([]);
  }
  return commands
    .map((words) => words.slice(words.findIndex((word) => !/^\w+=/.test(word))))
    .filter((words) => words.length > 0);
};

/** The arguments of each meteor-lb that a script runs, whoever is asked to run it. */
export const meteorLbIn = (script: string): readonly Command[] =>
  commandsOf(script).flatMap((words) => {
    const program = words.findIndex((word) => word !== 'sudo' && word !== 'npx');
    return words[program] === 'meteor-lb' ? [words.slice(program + 1)] : [];
  });
