'use strict';

/**
 * Life cycle of a web shop order as an explicit state machine.
 *
 * The table below is the single place that says which event is legal in which state. A transition
 * may have a guard that inspects the order. Every accepted event is kept in a history, from
 * which the support team can see how an order reached its state.
 */

const TRANSITIONS = {
  draft: {
    submit: { to: 'awaitingPayment', guard: (order) => order.items.length > 0 },
    cancel: { to: 'cancelled' },
  },
  awaitingPayment: {
    pay: { to: 'packing', guard: (order, { amount }) => amount >= order.total },
    cancel: { to: 'cancelled' },
  },
  packing: {
    ship: { to: 'shipped', guard: (order, { tracking }) => Boolean(tracking) },
    cancel: { to: 'refunding' },
  },
  shipped: {
    deliver: { to: 'delivered' },
    bounce: { to: 'refunding' },
  },
  refunding: { refund: { to: 'cancelled' } },
  delivered: {},
  cancelled: {},
};

class IllegalTransition extends Error {}

class Order {
  #state = 'draft';
  #history = [];

  constructor(items) {
    this.items = items;
  }

  get state() {
    return this.#state;
  }

  get history() {
    return [...this.#history];
  }

  get total() {
    return this.items.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
  }

  /** Events that are possible in the current state, ignoring guards. */
  get options() {
    return Object.keys(TRANSITIONS[this.#state]);
  }

  dispatch(event, details = {}) {
    const transition = TRANSITIONS[this.#state][event];
    if (transition === undefined) {
      throw new IllegalTransition(`cannot ${event} while ${this.#state}`);
    }
    if (transition.guard && !transition.guard(this, details)) {
      throw new IllegalTransition(`condition for ${event} is not met`);
    }
    this.#history.push({ from: this.#state, event, to: transition.to });
    this.#state = transition.to;
    return this;
  }
}

module.exports = { Order, IllegalTransition };

if (require.main === module) {
  const order = new Order([{ name: 'kettle', price: 35, quantity: 2 }]);
  order.dispatch('submit');
  try {
    order.dispatch('pay', { amount: 50 });
  } catch (error) {
    console.log(error.message);
  }
  order.dispatch('pay', { amount: 70 }).dispatch('ship', { tracking: 'NX-441' });
  console.log(order.state, 'can', order.options.join(' or '));
  order.dispatch('deliver');
  console.log(order.history.map(({ event }) => event).join(' > '), '-', order.state);
}
