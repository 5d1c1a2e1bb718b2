/** The part of simpleddp 2.2.4 that ddp-client.test.ts uses; the package has no types. */
declare module 'simpleddp' {
  class SimpleDdp {
    constructor(options: {
      endpoint: string;
      SocketConstructor: unknown;
      reconnectInterval: number;
      autoConnect: boolean;
    });
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    // biome-ignore lint/suspicious/noExplicitAny: a method may answer anything, and tests say what they expect
    call(method: string, ...params: unknown[]): Promise<any>;
    subscribe(publication: string): { ready(): Promise<void> };
    collection(name: string): { fetch(): object[] };
    on(event: 'connected' | 'ready', listener: () => void): { stop(): void };
  }
  export = SimpleDdp;
}
