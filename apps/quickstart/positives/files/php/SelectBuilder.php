<?php

declare(strict_types=1);

/**
 * Build search queries for a library catalogue without string pasting.
 *
 * The builder is immutable: each call returns a changed copy, so a base query can be shared by
 * several pages. Values always travel as bound parameters; identifiers are checked against a
 * strict pattern because they cannot be bound.
 */
final class SelectBuilder
{
    private const OPERATORS = ['=', '<>', '<', '<=', '>', '>=', 'LIKE'];

    /** @var list<string> */
    private array $conditions = [];
    /** @var list<scalar> */
    private array $bindings = [];
    /** @var list<string> */
    private array $order = [];

    public function __construct(private string $table, private array $columns = ['*'])
    {
        foreach ([$table, ...array_diff($columns, ['*'])] as $name) {
            self::checkName($name);
        }
    }

    public function where(string $column, string $operator, string|int|float $value): self
    {
        if (!in_array($operator, self::OPERATORS, true)) {
            throw new InvalidArgumentException("Unsupported operator '$operator'");
        }
        $copy = clone $this;
        $copy->conditions[] = self::checkName($column) . " $operator ?";
        $copy->bindings[] = $value;

        return $copy;
    }

    /** @param list<string|int> $values an empty list matches nothing */
    public function whereIn(string $column, array $values): self
    {
        $copy = clone $this;
        $marks = implode(', ', array_fill(0, count($values), '?'));
        $copy->conditions[] = $values === [] ? '1 = 0' : self::checkName($column) . " IN ($marks)";
        array_push($copy->bindings, ...$values);

        return $copy;
    }

    public function orderBy(string $column, bool $descending = false): self
    {
        $copy = clone $this;
        $copy->order[] = self::checkName($column) . ($descending ? ' DESC' : '');

        return $copy;
    }

    /** @return array{string, list<scalar>} the statement and its bindings */
    public function build(): array
    {
        $sql = 'SELECT ' . implode(', ', $this->columns) . " FROM $this->table";
        $sql .= $this->conditions === [] ? '' : ' WHERE ' . implode(' AND ', $this->conditions);
        $sql .= $this->order === [] ? '' : ' ORDER BY ' . implode(', ', $this->order);

        return [$sql, $this->bindings];
    }

    private static function checkName(string $name): string
    {
        return preg_match('/^[a-z_]\w*$/i', $name) ? $name
            : throw new InvalidArgumentException("Bad identifier '$name'");
    }
}

$loanable = (new SelectBuilder('books', ['title', 'shelf']))->where('copies', '>', 0);
$maps = $loanable->whereIn('genre', ['atlas', 'map'])->orderBy('printed', true);
foreach ([$loanable, $maps] as $query) {
    [$sql, $bindings] = $query->build();
    echo $sql, '  <- ', json_encode($bindings), PHP_EOL;
}
