/** A DDP message as it came. */
export interface DdpMessage {
  msg?: string;
  id?: string;
  session?: string;
  result?: unknown;
  error?: unknown;
  [field: string]: unknown;
}

export type DdpListener = (message: DdpMessage) => void;

interface Waiting {
  resolve(message: DdpMessage): void;
  reject(error: Error): void;
}

/** The client half of DDP, over anything that sends text. */
export const createDdpClient = (send: (text: string) => void) => {
  const waiting = new Map<string, Waiting>();
  const listeners = new Set<DdpListener>();
  let failure: Error | null = null;
  let lastId = 0;

  const ask = (key: string, message: object): Promise<DdpMessage> =>
    new Promise((resolve, reject) => {
      if (failure) return reject(failure);
      waiting.set(key, { resolve, reject });
      send(JSON.stringify(message));
    });
  const settle = (key: string, message: DdpMessage): void => {
    waiting.get(key)?.resolve(message);
    waiting.delete(key);
  };

  return {
    connect: async (): Promise<string> => {
      const { session = '' } = await ask('connect', { msg: 'connect', version: '1', support: ['1'] });
      return session;
    },
    // biome-ignore lint/suspicious/noExplicitAny: a method may answer anything, and tests say what they expect
    call: async (method: string, params: readonly unknown[]): Promise<any> => {
      lastId += 1;
      const id = String(lastId);
      const { result, error } = await ask(id, { msg: 'method', method, params, id });
      if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
      return result;
    },
    receive: (text: string): void => {
      const message = JSON.parse(text) as DdpMessage;
      if (message.msg === 'ping') send(JSON.stringify({ ...message, msg: 'pong' }));
      if (message.msg === 'connected') settle('connect', message);
      if (message.msg === 'result' && message.id !== undefined) settle(message.id, message);
      for (const listener of listeners) listener(message);
    },
    listen: (listener: DdpListener): (() => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** Rejects what waits and whatever is asked from now on. */
    fail: (error: Error): void => {
      failure = error;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    },
  };
};
