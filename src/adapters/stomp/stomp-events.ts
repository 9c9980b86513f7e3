import type { FtsEvents } from '../../ports/fts-events.ts';
import { eventOf } from '../fts3/monitoring-message.ts';
import type { BrokerIdentity } from './broker-access.ts';
import { BROKER_TIMES, BrokerConnection, type BrokerTimes } from './broker-connection.ts';

export interface StompEventsOptions extends BrokerIdentity {
  /** `stomp://host:port` or `stomp+ssl://host:port`. Each is listened to: FTS may send by any of them. */
  brokers: readonly string[];
  /** Names of topics or queues as the brokers have them. */
  destinations: readonly string[];
  /** Is told why nothing is heard. */
  onProblem?: (problem: string) => void;
  /** @default BROKER_TIMES */
  times?: Partial<BrokerTimes>;
}

/** FTS's messages by STOMP 1.2. */
export function createStompEvents(options: StompEventsOptions): FtsEvents {
  const { brokers, destinations, onProblem = () => undefined, times, ...identity } = options;
  return {
    listen(heard) {
      const onBody = (body: string): void => {
        const event = eventOf(body);
        if (event) heard(event);
      };
      const connections = brokers.map(
        (url) =>
          new BrokerConnection({
            ...{ url, destinations, identity, onBody, onProblem },
            times: { ...BROKER_TIMES, ...times },
          }),
      );
      return {
        async close() {
          await Promise.all(connections.map((connection) => connection.close()));
        },
      };
    },
  };
}
