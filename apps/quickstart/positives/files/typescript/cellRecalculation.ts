/**
 * Recalculate a small spreadsheet.
 *
 * A cell holds a number or a formula that refers to other cells. After a change only the cells
 * that depend on it, directly or not, are computed again. A formula that would make a cell depend
 * on itself is rejected, with the sheet left as it was.
 */

type CellName = string;
type Reader = (name: CellName) => number;

interface Formula {
  readonly inputs: readonly CellName[];
  readonly compute: (read: Reader) => number;
}

export class CircularReferenceError extends Error {}

export class Sheet {
  private readonly formulas = new Map<CellName, Formula>();
  private readonly values = new Map<CellName, number>();
  private readonly dependants = new Map<CellName, Set<CellName>>();

  /** Reads a cell; empty cells count as zero, as bookkeepers expect. */
  readonly get: Reader = (name) => this.values.get(name) ?? 0;

  /** Sets a constant and returns the names of all recalculated cells. */
  setNumber(name: CellName, value: number): CellName[] {
    this.detach(name);
    this.values.set(name, value);
    return this.recalculate(name).slice(1);
  }

  setFormula(name: CellName, inputs: CellName[], compute: Formula['compute']): CellName[] {
    for (const input of inputs) {
      const path = this.pathBetween(name, input);
      if (path !== null) throw new CircularReferenceError([...path, name].join(' -> '));
    }
    this.detach(name);
    this.formulas.set(name, { inputs, compute });
    for (const input of inputs) {
      const group = this.dependants.get(input) ?? new Set();
      this.dependants.set(input, group.add(name));
    }
    return this.recalculate(name);
  }

  private detach(name: CellName): void {
    for (const input of this.formulas.get(name)?.inputs ?? []) {
      this.dependants.get(input)?.delete(name);
    }
    this.formulas.delete(name);
  }

  /** Follows dependants from one cell to another. */
  private pathBetween(from: CellName, to: CellName): CellName[] | null {
    if (from === to) return [from];
    for (const next of this.dependants.get(from) ?? []) {
      const rest = this.pathBetween(next, to);
      if (rest !== null) return [from, ...rest];
    }
    return null;
  }

  /** Recomputes a cell and everything after it, inputs always before dependants. */
  private recalculate(start: CellName): CellName[] {
    const order: CellName[] = [];
    const visit = (name: CellName): void => {
      if (order.includes(name)) return;
      this.dependants.get(name)?.forEach(visit);
      order.unshift(name);
    };
    visit(start);
    for (const name of order) {
      const formula = this.formulas.get(name);
      if (formula !== undefined) this.values.set(name, formula.compute(this.get));
    }
    return order;
  }
}

const sheet = new Sheet();
sheet.setNumber('net', 200);
sheet.setNumber('rate', 0.25);
sheet.setFormula('tax', ['net', 'rate'], (read) => read('net') * read('rate'));
sheet.setFormula('gross', ['net', 'tax'], (read) => read('net') + read('tax'));
console.log(sheet.setNumber('net', 300), sheet.get('gross'));
