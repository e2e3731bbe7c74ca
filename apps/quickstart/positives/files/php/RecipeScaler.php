<?php

declare(strict_types=1);

/**
 * Scale kitchen recipes and print amounts a cook can measure.
 *
 * Ingredient lines look like "1 1/2 cup flour" or "3 eggs". After scaling, spoon and cup amounts
 * are rounded to quarters and moved to the largest unit that keeps the number at one or
 * more (three teaspoons make a tablespoon, sixteen tablespoons a cup). Things counted in pieces
 * are rounded to halves.
 */
final class Ingredient
{
    private const TEASPOONS = ['cup' => 48, 'tbsp' => 3, 'tsp' => 1];

    private function __construct(
        private float $amount,
        private ?string $unit,
        private string $name,
    ) {
    }

    public static function parse(string $line): self
    {
        $number = '(?:(?<whole>\d+)(?![\d\/]))?\s*(?:(?<top>\d+)\/(?<bottom>[1-9]\d*))?';
        $pattern = "~^$number\s+(?:(?<unit>cup|tbsp|tsp)\s+)?(?<name>\D+)$~";
        if (!preg_match($pattern, trim($line), $m, PREG_UNMATCHED_AS_NULL)) {
            throw new InvalidArgumentException("Cannot read ingredient '$line'");
        }
        $fraction = $m['top'] === null ? 0.0 : (int) $m['top'] / (int) $m['bottom'];

        return new self((int) $m['whole'] + $fraction, $m['unit'], $m['name']);
    }

    public function scale(float $factor): self
    {
        $amount = $this->amount * $factor;
        if ($this->unit === null) {
            return new self(max(0.5, round($amount * 2) / 2), null, $this->name);
        }
        $teaspoons = $amount * self::TEASPOONS[$this->unit];
        foreach (self::TEASPOONS as $unit => $size) {
            $rounded = round($teaspoons / $size * 4) / 4;
            if ($rounded >= 1 || $unit === 'tsp') {
                break;
            }
        }

        return new self(max(0.25, $rounded), $unit, $this->name);
    }

    public function __toString(): string
    {
        $whole = (int) floor($this->amount);
        $fraction = match ((int) round(($this->amount - $whole) * 4)) {
            1 => '1/4',
            2 => '1/2',
            3 => '3/4',
            default => '',
        };
        $number = trim(($whole > 0 ? (string) $whole : '') . " $fraction");

        return implode(' ', array_filter([$number, $this->unit, $this->name]));
    }
}

$pancakes = ['1 1/2 cup flour', '2 tbsp sugar', '1/2 tsp salt', '3 eggs', '2 cup milk'];
foreach ([0.5, 2] as $factor) {
    echo "Recipe times $factor:", PHP_EOL;
    foreach ($pancakes as $line) {
        echo '  ', Ingredient::parse($line)->scale($factor), PHP_EOL;
    }
}
