import { readiness, type WatchStatus } from './status-model.ts';

/** The service manager drops a message of more than 4096 bytes. */
const MOST = 500;

/** The status in a line, for whoever asks the service manager: what is wrong, or what was done last. Pure. */
export const statusLine = (status: WatchStatus): string => {
  const problems = [
    ...status.guards.map(({ app, reason }) => (app === '' ? reason : `${app}: ${reason}`)),
    ...status.outputs.flatMap(({ problem }) => (problem === null ? [] : [problem])),
  ];
  const changes = status.outputs.flatMap(({ lastChange }) => (lastChange === null ? [] : [lastChange]));
  const words = problems.length > 0 ? problems : changes;
  const state = readiness(status, 0).ready ? 'in step' : 'not in step';
  const line = words.length === 0 ? state : `${state}: ${words.join('; ')}`;
  return line.length <= MOST ? line : `${line.slice(0, MOST - 1)}…`;
};
