<?php

declare(strict_types=1);

/**
 * Split a restaurant bill fairly, to the cent.
 *
 * Amounts are integers in cents, so no cent is ever lost to rounding. Splitting by weights gives
 * each guest the rounded-down share first; the cents left over go to the guests whose share was
 * cut the most. The shares always add up to the bill.
 */
final class Money
{
    private function __construct(public readonly int $cents)
    {
    }

    public static function cents(int $cents): self
    {
        return new self($cents);
    }

    /** Reads amounts such as "12", "12.5" or "-0.05". */
    public static function parse(string $text): self
    {
        if (!preg_match('/^(-?)(\d+)(?:\.(\d{1,2}))?$/', $text, $match)) {
            throw new InvalidArgumentException("Not an amount: '$text'");
        }
        $cents = 100 * (int) $match[2] + (int) str_pad($match[3] ?? '', 2, '0');

        return new self($match[1] === '-' ? -$cents : $cents);
    }

    public function plus(self $other): self
    {
        return new self($this->cents + $other->cents);
    }

    /**
     * @param array<string, int> $weights positive weights by name
     * @return array<string, self> shares under the same names, in the same order
     */
    public function split(array $weights): array
    {
        if ($weights === [] || min($weights) <= 0) {
            throw new InvalidArgumentException('Weights must be positive');
        }
        $total = array_sum($weights);
        $sign = $this->cents < 0 ? -1 : 1;
        $amount = abs($this->cents);

        $shares = [];
        $cut = [];
        foreach ($weights as $name => $weight) {
            $shares[$name] = intdiv($amount * $weight, $total);
            $cut[$name] = $amount * $weight % $total;
        }
        arsort($cut);
        $left = $amount - array_sum($shares);
        foreach (array_slice(array_keys($cut), 0, $left) as $name) {
            $shares[$name]++;
        }

        return array_map(fn (int $cents): self => new self($sign * $cents), $shares);
    }

    public function __toString(): string
    {
        $sign = $this->cents < 0 ? '-' : '';

        return sprintf('%s%d.%02d', $sign, intdiv(abs($this->cents), 100), abs($this->cents) % 100);
    }
}

$bill = Money::parse('86.50')->plus(Money::cents(450));
$shares = $bill->split(['Ama' => 1, 'Bruno' => 1, 'Chen and Dora' => 2, 'Eve' => 2]);
foreach ($shares as $guest => $share) {
    echo str_pad($guest, 14), $share, PHP_EOL;
}
