/**
 * Plan the path of a picking robot through a warehouse.
 *
 * The floor plan is text: `#` is a shelf, digits 1 to 9 are floor with that cost of crossing and a
 * blank is floor of cost 1. Turning takes extra time, so a search state consists of a position and
 * a heading. A* with the Manhattan distance as the estimate finds the cheapest path.
 */

interface State {
  readonly row: number;
  readonly column: number;
  readonly heading: number;
}

interface Candidate {
  readonly state: State;
  readonly cost: number;
  readonly estimate: number;
  readonly parent: Candidate | null;
}

const TURN_COST = 2;
const MOVES = [
  { row: -1, column: 0, arrow: '^' },
  { row: 0, column: 1, arrow: '>' },
  { row: 1, column: 0, arrow: 'v' },
  { row: 0, column: -1, arrow: '<' },
] as const;

export class Warehouse {
  private readonly plan: readonly string[];

  constructor(plan: string) {
    this.plan = plan.split('\n');
  }

  /** Returns the cheapest path including its start, or null if there is none. */
  route(from: State, to: { row: number; column: number }): { cost: number; path: State[] } | null {
    const remaining = ({ row, column }: State): number =>
      Math.abs(row - to.row) + Math.abs(column - to.column);
    const open: Candidate[] = [{ state: from, cost: 0, estimate: remaining(from), parent: null }];
    const closed = new Set<string>();
    while (open.length > 0) {
      // Plans are small, so a linear scan is simpler than a heap and fast enough.
      const best = open.reduce((a, b) => (b.estimate < a.estimate ? b : a));
      open.splice(open.indexOf(best), 1);
      if (remaining(best.state) === 0) return { cost: best.cost, path: this.unwind(best) };
      const key = `${best.state.row},${best.state.column},${best.state.heading}`;
      if (closed.has(key)) continue;
      closed.add(key);
      for (const [state, step] of this.neighbours(best.state)) {
        const cost = best.cost + step;
        open.push({ state, cost, estimate: cost + remaining(state), parent: best });
      }
    }
    return null;
  }

  private *neighbours(state: State): Generator<[State, number]> {
    for (const [heading, move] of MOVES.entries()) {
      const row = state.row + move.row;
      const column = state.column + move.column;
      const tile = this.plan[row]?.[column] ?? '#';
      if (tile === '#') continue;
      const quarters = Math.abs(heading - state.heading);
      const turns = Math.min(quarters, 4 - quarters);
      yield [{ row, column, heading }, (tile === ' ' ? 1 : Number(tile)) + turns * TURN_COST];
    }
  }

  private unwind(last: Candidate): State[] {
    const path: State[] = [];
    for (let at: Candidate | null = last; at !== null; at = at.parent) path.unshift(at.state);
    return path;
  }
}

const floor = ['#########', '#   9   #', '# # # # #', '# #   # #', '#########'].join('\n');
const found = new Warehouse(floor).route({ row: 3, column: 1, heading: 0 }, { row: 3, column: 7 });
const arrows = found?.path.slice(1).map(({ heading }) => MOVES[heading]?.arrow).join('');
console.log(found === null ? 'no way' : `${arrows} at cost ${found.cost}`);
