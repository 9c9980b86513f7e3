import {
  Connection,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
  type ConnectionOptions,
} from '@temporalio/client';

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];
type Call = ReturnType<Interceptor>;

/** gRPC's CANCELLED. */
const CANCELLED = 1;

/**
 * Connects to Temporal so that it can be let go of at any time. The SDK tries a call again after a pause even where whoever made it has given it
 * up and closed the connection, and gRPC then throws from a timer, which ends the process. Here what would be tried after the end fails as cancelled.
 * @throws what Temporal answers, or that nobody does within `connectTimeout`
 */
export async function connectClosably(
  options: ConnectionOptions,
): Promise<{ connection: Connection; close: () => Promise<void> }> {
  let isClosed = false;
  const refuseWhenClosed: Interceptor = (call, next) => (isClosed ? REFUSED : (next(call) as Call));
  const interceptors = [makeGrpcRetryInterceptor(defaultGrpcRetryOptions()), refuseWhenClosed];
  const connection = Connection.lazy({ ...options, interceptors });
  const close = async (): Promise<void> => {
    isClosed = true;
    await connection.close();
  };
  try {
    await connection.ensureConnected();
    return { connection, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A call that fails at once, without the channel that is gone: the methods that a call with one answer meets. */
const REFUSED = {
  start(metadata, listener): void {
    listener?.onReceiveMessage?.(null);
    listener?.onReceiveStatus?.({ code: CANCELLED, details: 'the connection has been closed', metadata });
  },
  sendMessage: () => undefined,
  sendMessageWithContext: () => undefined,
  startRead: () => undefined,
  halfClose: () => undefined,
  cancelWithStatus: () => undefined,
  getPeer: () => '',
  getAuthContext: () => null,
} satisfies Omit<Call, never> as unknown as Call;
