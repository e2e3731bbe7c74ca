<?php

declare(strict_types=1);

/**
 * Validate a registration form with small composable rules.
 *
 * A rule is a closure that receives a value and the whole form and returns an error message or
 * null. Each field has a list of rules; checking stops at the first failing rule of a field, so
 * that the visitor sees one clear message per field. Empty optional fields are not checked.
 */
final class Rules
{
    public static function required(): Closure
    {
        return fn (string $value): ?string => $value === '' ? 'is required' : null;
    }

    public static function length(int $min, int $max): Closure
    {
        return function (string $value) use ($min, $max): ?string {
            $length = mb_strlen($value);

            return $length < $min || $length > $max ? "must have $min to $max characters" : null;
        };
    }

    public static function matches(string $regex, string $message): Closure
    {
        return fn (string $value): ?string => preg_match($regex, $value) ? null : $message;
    }

    public static function sameAs(string $otherField): Closure
    {
        return fn (string $value, array $form): ?string =>
            $value === ($form[$otherField] ?? null) ? null : "must equal '$otherField'";
    }

    public static function between(int $low, int $high): Closure
    {
        return function (string $value) use ($low, $high): ?string {
            $options = ['options' => ['min_range' => $low, 'max_range' => $high]];
            $valid = filter_var($value, FILTER_VALIDATE_INT, $options) !== false;

            return $valid ? null : "must be a whole number from $low to $high";
        };
    }
}

final class FormValidator
{
    /** @param array<string, array{0: bool, 1: list<Closure>}> $fields optional flag and rules */
    public function __construct(private array $fields)
    {
    }

    /** @return array<string, string> first error of each invalid field */
    public function errors(array $input): array
    {
        $form = array_map(fn (mixed $value): string => trim((string) $value), $input);
        $errors = [];
        foreach ($this->fields as $name => [$optional, $rules]) {
            $value = $form[$name] ?? '';
            if ($optional && $value === '') {
                continue;
            }
            foreach ($rules as $rule) {
                $message = $rule($value, $form);
                if ($message !== null) {
                    $errors[$name] = "$name $message";
                    break;
                }
            }
        }

        return $errors;
    }
}

$validator = new FormValidator([
    'user' => [false, [Rules::required(), Rules::matches('/^[a-z]\w*$/', 'has odd characters')]],
    'secret' => [false, [Rules::required(), Rules::length(8, 72)]],
    'repeat' => [false, [Rules::sameAs('secret')]],
    'age' => [true, [Rules::between(16, 120)]],
]);
print_r($validator->errors(['user' => '7up', 'secret' => 'short', 'repeat' => 'sort']));
print_r($validator->errors(['user' => 'mira', 'secret' => 'sesame 42', 'repeat' => 'sesame 42']));
