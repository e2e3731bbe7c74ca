/**
 * A typed event bus for a smart home hub.
 *
 * Modules announce what happened and others react without knowing each other. The compiler checks
 * that every event carries the right payload. One failing listener must not keep the others from
 * being called; failures are collected and handed to an error handler.
 */

type Listener<T> = (payload: T) => void;

interface Subscription<T> {
  readonly listener: Listener<T>;
  readonly once: boolean;
}

export class EventBus<Events extends object> {
  private readonly subscriptions = new Map<keyof Events, Set<Subscription<never>>>();

  constructor(private readonly onError: (event: keyof Events, error: unknown) => void) {}

  /** Registers a listener and returns a function that removes it again. */
  on<K extends keyof Events>(
    event: K,
    listener: Listener<Events[K]>,
    options: { once?: boolean } = {},
  ): () => void {
    const subscription: Subscription<Events[K]> = { listener, once: options.once ?? false };
    const group = this.groupOf(event);
    group.add(subscription);
    return () => {
      group.delete(subscription);
    };
  }

  /** Resolves with the payload of the next event of this name. */
  next<K extends keyof Events>(event: K): Promise<Events[K]> {
    return new Promise((resolve) => {
      this.on(event, resolve, { once: true });
    });
  }

  emit<K extends keyof Events>(event: K, payload: Events[K]): void {
    const group = this.groupOf(event);
    // Iterate over a copy: listeners may subscribe or unsubscribe while they run.
    for (const subscription of [...group]) {
      if (subscription.once) {
        group.delete(subscription);
      }
      try {
        subscription.listener(payload);
      } catch (error) {
        this.onError(event, error);
      }
    }
  }

  private groupOf<K extends keyof Events>(event: K): Set<Subscription<Events[K]>> {
    let group = this.subscriptions.get(event);
    if (group === undefined) {
      group = new Set();
      this.subscriptions.set(event, group);
    }
    return group as unknown as Set<Subscription<Events[K]>>;
  }
}

interface HomeEvents {
  doorOpened: { door: string; at: number };
  temperature: { room: string; celsius: number };
}

const bus = new EventBus<HomeEvents>((event, error) => {
  console.log(`listener for ${event} failed: ${String(error)}`);
});

bus.on('temperature', ({ room, celsius }) => {
  if (celsius > 30) throw new Error(`${room} is too hot`);
});
const stopLogging = bus.on('temperature', ({ room, celsius }) => console.log(room, celsius));
bus.next('doorOpened').then(({ door }) => console.log(`the ${door} door was opened`));

bus.emit('temperature', { room: 'attic', celsius: 34 });
stopLogging();
bus.emit('temperature', { room: 'cellar', celsius: 12 });
bus.emit('doorOpened', { door: 'front', at: 1_700_000_000 });
